// Bundles the tracker into dist/ and keeps it within its byte budget. Installs what it needs first, when the lock file
// has changed. Several builds may run this at the same time: one works, the others wait and find it done.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(fileURLToPath(import.meta.url));
const kib = 1024;

/** Every bundle: where it comes from and what it may weigh gzipped. */
const bundles = [{ name: 'script.js', entry: 'src/index.ts', budget: 5 * kib }];

const fail = message => {
  console.error(`tracker: ${message}`);
  process.exitCode = 1;
};

await locked(async () => {
  if (!install()) return;
  await bundle();
});

function install() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  // Inside node_modules, so that deleting that folder is all it takes to start over.
  const stamp = join(root, 'node_modules', '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return true;

  console.log('tracker: installing packages (once)');
  // The audit would ask a server at every build.
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    fail(`npm ci failed${npm.error ? `: ${npm.error.message}` : ''}`);
    return false;
  }
  writeFileSync(stamp, lock);
  return true;
}

async function bundle() {
  const { build } = await import('esbuild');
  for (const { name, entry, budget } of bundles) {
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      minify: true,
      write: false,
      format: 'iife',
      target: ['es2018'],
      legalComments: 'none',
      charset: 'utf8',
    });
    const code = outputFiles[0].contents;
    const size = gzipSync(code, { level: 9 }).length;
    console.log(`tracker: ${name} ${code.length} bytes, ${size} gzipped (budget ${budget})`);
    // Nothing is written then, or the next build would find an output newer than its inputs and pass.
    if (size > budget) {
      fail(`${name} is ${size - budget} bytes over its budget`);
      continue;
    }
    const path = join(root, 'dist', name);
    const fresh = `${path}.${process.pid}`;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(fresh, code);
    renameSync(fresh, path);
  }
}

/** A directory is the one thing that every system makes for exactly one of two callers. */
async function locked(work) {
  const lock = join(root, '.build.lock');
  const owner = join(lock, 'pid');
  for (let waited = 0; ; waited += 100) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (isAbandoned(lock, owner)) rmSync(lock, { recursive: true, force: true });
      else if (waited >= 10 * 60_000) return fail(`another build holds ${lock}`);
      else await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
  try {
    writeFileSync(owner, String(process.pid));
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function isAbandoned(lock, owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    // No pid yet: its owner is about to write it, or died just there.
    return error.code === 'ENOENT' && existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 10_000;
  }
}
