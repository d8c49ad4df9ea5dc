// Build the pages' scripts and styles into src/purport/web/static/room: `npm run build`.
// The built files are in the repository, so that users need no Node; a test compares them.
import { build } from "esbuild";
import { mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "../src/purport/web/static/room"));
const sources = path.join(here, "src");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const names = (await readdir(sources)).filter((name) => /^[a-z-]+\.(ts|css)$/.test(name)).sort();
await build({
  absWorkingDir: here,
  entryPoints: names.map((name) => `src/${name}`),
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome120", "firefox121", "safari17"],
  outdir: out,
  legalComments: "linked",
  logLevel: "warning",
});
