// Bundles the tracker into dist/ and keeps it within its byte budget. Installs what it needs first, when the lock file
// has changed. Several builds may run this at the same time: one works, the others wait and find it done.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = dirname(fileURLToPath(import.meta.url));
const kib = 1024;

/** Every script that is served, at the path of its name: where it comes from and what it may weigh gzipped. */
const scripts = [
  { name: 'script.js', entry: 'src/faces/script.ts', budget: 5 * kib },
  { name: 'tracking.js', entry: 'src/faces/tracking.ts', budget: 7 * kib },
  { name: 'js/userBehaviour.js', entry: 'src/faces/userBehaviour.ts', budget: 5 * kib },
  { name: 't/capture.js', entry: 'src/lazy/capture.ts', budget: 7 * kib },
  { name: 't/vitals.js', entry: 'src/lazy/vitals.ts', budget: 4 * kib, banner: '/* Includes web-vitals, Copyright Google LLC, Apache License 2.0 */' },
];

/** The npm module: what a page loads at once. Its captures are chunks of their own. */
const moduleBudget = 5 * kib;

const common = { absWorkingDir: root, bundle: true, minify: true, write: false, target: ['es2020'], legalComments: 'none', charset: 'utf8' };

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
  const files = new Map();

  for (const { name, entry, budget, banner } of scripts) {
    const { outputFiles } = await build({ ...common, entryPoints: [entry], format: 'iife', banner: { js: banner ?? '' } });
    files.set(name, outputFiles[0].contents);
    weigh(name, outputFiles[0].contents, budget);
  }

  const { outputFiles, metafile } = await build({
    ...common,
    entryPoints: { index: 'src/index.ts' },
    format: 'esm',
    splitting: true,
    chunkNames: 'module/[name]-[hash]',
    outdir: 'dist',
    metafile: true,
  });
  for (const { path, contents } of outputFiles) files.set(relative(join(root, 'dist'), path).replaceAll('\\', '/'), contents);
  const together = (path, seen = new Set()) => {
    if (!seen.has(path)) {
      seen.add(path);
      metafile.outputs[path].imports.filter(({ kind }) => kind === 'import-statement').forEach(other => together(other.path, seen));
    }
    return seen;
  };
  weigh('index.js', Buffer.concat([...together('dist/index.js')].map(path => files.get(path.slice('dist/'.length)))), moduleBudget);

  // Nothing is written then, or the next build would find an output newer than its inputs and pass.
  if (process.exitCode) return;
  rmSync(join(root, 'dist', 'module'), { recursive: true, force: true });
  for (const [name, contents] of files) write(name, contents);
  declare();
}

function weigh(name, contents, budget) {
  const size = gzipSync(contents, { level: 9 }).length;
  console.log(`tracker: ${name} ${contents.length} bytes, ${size} gzipped (budget ${budget})`);
  if (size > budget) fail(`${name} is ${size - budget} bytes over its budget`);
}

function write(name, contents) {
  const path = join(root, 'dist', name);
  const fresh = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(fresh, contents);
  renameSync(fresh, path);
}

/** The module's types, for those who write in TypeScript. */
function declare() {
  const tsc = spawnSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (tsc.status !== 0) return fail('the declarations of the module failed');
  // Node's own resolution wants to know a file by its whole name.
  const types = join(root, 'dist', 'types');
  for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.d.ts'))) {
    const path = join(types, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/((?:from |import\()['"]\.{1,2}\/[^'"]+?)(?:\.js)?(['"])/g, '$1.js$2'));
  }
  write('index.d.ts', "export * from './types/index.js';\n");
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
