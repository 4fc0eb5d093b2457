// Turns the data packages into the three JSON files that the collector embeds. Installs them first, when the lock file has
// changed. Several builds may run this at the same time: one works, the others wait and find it done.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const packageFile = (...path) => readFileSync(join(root, 'node_modules', ...path), 'utf8');

await locked(async () => {
  install();
  const { parse } = await import('yaml');
  write('user-agents.json', userAgents(parse(packageFile('uap-core', 'regexes.yaml'))));
  write('crawlers.json', crawlers(JSON.parse(packageFile('crawler-user-agents', 'crawler-user-agents.json'))));
  write('referrers.json', referrers(parse(packageFile('referer-parser', 'data', 'referers.yml'))));
});

/** Rows in place of objects: the file is read at every start. */
function userAgents(rules) {
  return {
    browsers: rules.user_agent_parsers.map(r => [r.regex, r.family_replacement ?? '', r.v1_replacement ?? '', r.v2_replacement ?? '']),
    systems: rules.os_parsers.map(r => [r.regex, r.os_replacement ?? '', r.os_v1_replacement ?? '', r.os_v2_replacement ?? '']),
    devices: rules.device_parsers.map(r => [r.regex, r.device_replacement ?? '', r.regex_flag ?? '']),
  };
}

/**
 * Libraries and browser automation are left out: they are how servers and tests send events on purpose, and an
 * automated browser is the tracker's to refuse, since only it knows what its owner allows.
 */
function crawlers(entries) {
  const counted = new Set(['http-library', 'browser-automation']);
  return entries.filter(e => !e.tags.some(tag => counted.has(tag))).map(e => e.pattern);
}

/** Host, or host and path, to [medium, source]. Where two sources claim one address, the first in the list has it. */
function referrers(mediums) {
  const found = {};
  for (const [medium, sources] of Object.entries(mediums)) {
    for (const [source, { domains }] of Object.entries(sources)) {
      for (const domain of domains) found[domain.trim().toLowerCase()] ??= [medium, source];
    }
  }
  return found;
}

function write(name, value) {
  const path = join(root, 'out', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(value));
  renameSync(`${path}.${process.pid}`, path);
}

function install() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  const stamp = join(root, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;

  console.log('enrichment: installing data packages (once)');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) throw new Error(`npm ci failed${npm.error ? `: ${npm.error.message}` : ''}`);
  writeFileSync(stamp, lock);
}

/** A directory is the one thing that every system makes for exactly one of two callers. */
async function locked(work) {
  const lock = join(root, '.build.lock');
  for (let waited = 0; ; waited += 100) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      // A build that was killed leaves its lock behind; no honest one takes two minutes.
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 120_000) rmSync(lock, { recursive: true, force: true });
      else await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
