// Bundles the browser's part into one directory: `node build.mjs [output]`.
import { build } from "esbuild";
import { rm } from "node:fs/promises";

const output = process.argv[2] ?? "../wwwroot/lib";

await rm(output, { recursive: true, force: true });

const shared = { bundle: true, minify: true, target: "es2022", outdir: output, legalComments: "none", logLevel: "warning" };

await Promise.all([
  // Modules, imported by the page that needs them.
  build({ ...shared, entryPoints: ["src/page.js", "src/chart.js", "src/heatmap.js"], format: "esm" }),
  // Runs before the first paint, so it is a classic script in the head.
  build({ ...shared, entryPoints: ["src/theme.js"], format: "iife" }),
  build({ ...shared, entryPoints: ["css/app.css"], loader: { ".woff2": "file" }, assetNames: "[name]-[hash]" }),
]);
