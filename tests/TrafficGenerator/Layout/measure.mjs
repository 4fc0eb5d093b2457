// Measures the demo shop in Chromium: where on each page everything is that can be clicked, at three widths, with the
// selectors and texts that the tracker itself would send. Run it when the shop's pages have changed:
//   node tests/TrafficGenerator/Layout/measure.mjs [path of chromium] > tests/TrafficGenerator/Layout/layout.json
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const webRoot = join(repository, 'Collector/wwwroot');
const chromium = process.argv[2] ?? 'chromium';
const widths = { desktop: [1440, 900], tablet: [820, 1180], mobile: [390, 844] };

const { build } = await import(pathToFileURL(join(repository, 'Tracker/node_modules/esbuild/lib/main.js')));
const tracker = await build({
  entryPoints: [join(repository, 'Tracker/src/element.ts')],
  bundle: true, write: false, format: 'iife', globalName: 'tracker',
});

const pages = ['', ...readdirSync(join(webRoot, 'demo'), { recursive: true })]
  .map(file => '/demo/' + file.replaceAll('\\', '/'))
  .filter(path => path === '/demo/' || (path.endsWith('.html') && path !== '/demo/index.html'))
  .sort();

/** Runs in the browser: loads each page in a frame of each width, and leaves the result as the text of the document. */
const measure = async (pages, widths) => {
  sessionStorage.setItem('cart', '{"storm-lantern":1,"enamel-mug":2}');
  const frame = document.body.appendChild(document.createElement('iframe'));
  const result = {};
  for (const path of pages) {
    result[path] = {};
    for (const [device, [width, height]] of Object.entries(widths)) {
      Object.assign(frame, { width, height, style: 'border:0' });
      await new Promise(done => {
        frame.onload = done;
        frame.src = path;
      });
      const page = frame.contentWindow;
      const { document: shown } = page;
      // The tracker's own code, in the frame: it asks the frame's document whether an id is unique.
      const script = shown.head.appendChild(shown.createElement('script'));
      script.textContent = tracker_code;
      const elements = [...shown.querySelectorAll('a[href],button,select,summary,input,label,h1,h2,.scene,.product > .tile')]
        .map(element => ({ element, box: element.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 8 && box.height > 8)
        .map(({ element, box }) => ({
          ...page.tracker.describe(element),
          ...(element.matches('a') && { href: element.href.startsWith(location.origin) ? element.pathname : element.href }),
          box: [box.x + page.scrollX, box.y + page.scrollY, box.width, box.height].map(Math.round),
        }));
      result[path].title = shown.title;
      result[path][device] = { size: [shown.documentElement.scrollWidth, shown.documentElement.scrollHeight], elements };
    }
  }
  document.body.textContent = JSON.stringify(result);
};

const types = { '.html': 'text/html', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };
const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://localhost').pathname;
  if (path === '/measure') {
    response.setHeader('Content-Type', 'text/html');
    const code = JSON.stringify(tracker.outputFiles[0].text).replaceAll('<', '\\u003c');
    const call = `(${measure})(${JSON.stringify(pages)}, ${JSON.stringify(widths)})`;
    return response.end(`<!doctype html><body><script>const tracker_code = ${code}; ${call}</script>`);
  }
  try {
    const file = readFileSync(join(webRoot, path.endsWith('/') ? path + 'index.html' : path));
    response.setHeader('Content-Type', types[extname(path)] ?? 'text/html');
    response.end(file);
  } catch {
    response.writeHead(404).end();
  }
});

await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const address = `http://127.0.0.1:${server.address().port}/measure`;
const options = [
  '--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--window-size=1600,1300', '--virtual-time-budget=60000',
  '--dump-dom', address,
];
const dom = await new Promise((done, failed) =>
  execFile(chromium, options, { maxBuffer: 1 << 26, timeout: 120_000 }, (error, output) => (error ? failed(error) : done(output))));
server.close();

const text = /<body>(\{.*\})<\/body>/s.exec(dom)?.[1];
if (!text) throw new Error('Chromium gave no measurements: ' + dom.slice(0, 500));
const layout = JSON.parse(text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&nbsp;', ' ').replaceAll('&amp;', '&'));

// One line an element: a change of the shop is a readable change of this file.
const lines = Object.entries(layout).map(([path, { title, ...devices }]) =>
  `  ${JSON.stringify(path)}: {\n    "title": ${JSON.stringify(title)},\n` +
  Object.entries(devices).map(([device, { size, elements }]) =>
    `    "${device}": {\n      "size": ${JSON.stringify(size)},\n      "elements": [\n` +
    elements.map(element => '        ' + JSON.stringify(element)).join(',\n') + '\n      ]\n    }').join(',\n') +
  '\n  }');
console.log(`{\n${lines.join(',\n')}\n}`);
