// Build the pages' scripts and styles into src/purport/web/static/room: `npm run build`.
// The built files are in the repository, so that users need no Node; a test compares them.
// The map's worker is a file of its own, so that the strict policy needs no blob; licences.txt holds
// the licences of all that is bundled.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const here = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.argv[2] ?? path.join(here, "../src/purport/web/static/room"));
const sources = path.join(here, "src");

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const names = (await readdir(sources)).filter((name) => /^[a-z-]+\.(ts|css)$/.test(name)).sort();
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: [
    ...names.map((name) => ({ in: `src/${name}`, out: name.replace(/\.(ts|css)$/, "") })),
    { in: "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs", out: "map-worker" },
  ],
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome120", "firefox121", "safari17"],
  outdir: out,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
});

const packages = Object.values(metafile.outputs)
  .flatMap((output) => Object.entries(output.inputs).filter(([, part]) => part.bytesInOutput > 0))
  .map(([input]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
  .filter((name) => name !== undefined);
const texts = [];
for (const name of [...new Set(packages)].sort()) {
  const folder = path.join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((one) => /^licen[sc]e/i.test(one));
  const text = file ? (await readFile(path.join(folder, file), "utf8")).trim() : "";
  texts.push(`${name} ${version} (${license})\n\n${text}\n`);
}
await writeFile(path.join(out, "licences.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
