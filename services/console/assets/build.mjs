// Builds what the browser gets into dist: scripts, styles, fonts, icons and maps, each under a name that its content makes.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import * as esbuild from "esbuild";
import { feature } from "topojson-client";

const DIST = "dist";
const ICONS = [
  "account", "arrow-back", "arrow-forward", "assignment", "calendar-month", "check", "chevron-left", "chevron-right", "close",
  "edit", "error", "groups", "home", "info", "language", "list-bulleted", "location", "lock", "menu", "person", "print", "save",
  "search", "send", "success", "time", "visibility", "warning",
];
const COUNTRIES = { greenland: "304", denmark: "208" };

// DKFDS names five formats for each of its fonts, old ones first; ours are in fonts.css.
const withoutFonts = {
  name: "without-fonts",
  setup(build) {
    build.onLoad({ filter: /dkfds\.min\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      return { contents: css.replace(/@font-face\s*\{[^}]*\}/g, ""), loader: "css" };
    });
  },
};

const built = { bundle: true, minify: true, target: "es2022", outdir: DIST, entryNames: "[name]-[hash]", logLevel: "warning" };

await rm(DIST, { recursive: true, force: true });
const bundled = await esbuild.build({
  ...built,
  entryPoints: ["src/console.css", "src/console.js", "src/follow_up.js"],
  format: "esm",
  assetNames: "[name]-[hash]",
  // The package exports neither its styles nor its fonts.
  alias: { "@dkfds": "./node_modules/dkfds" },
  loader: { ".png": "empty", ".svg": "file", ".woff2": "file" },
  plugins: [withoutFonts],
  metafile: true,
});

const manifest = {};
note(bundled);

const sprite = await readFile("node_modules/dkfds/dist/img/all-svg-icons.svg", "utf8");
const symbols = ICONS.map((name) => {
  const symbol = sprite.match(new RegExp(`<symbol[^>]*id="${name}"[^>]*>.*?</symbol>`, "s"));
  if (!symbol) throw new Error(`DKFDS has no icon ${name}`);
  return symbol[0];
});
await keep("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`);

const world = JSON.parse(await readFile("node_modules/world-atlas/countries-50m.json", "utf8"));
for (const [name, id] of Object.entries(COUNTRIES)) {
  const country = world.objects.countries.geometries.find((geometry) => geometry.id === id);
  await keep(`${name}.json`, JSON.stringify(feature(world, country)));
}

// The worker names what pages are made of, so it comes last.
const fonts = Object.keys(bundled.metafile.outputs).filter((path) => path.endsWith(".woff2")).map((path) => basename(path));
const files = [...["console.css", "console.js", "follow_up.js", "icons.svg"].map((name) => manifest[name]), ...fonts];
note(
  await esbuild.build({
    ...built,
    entryPoints: ["src/worker.js"],
    format: "iife",
    define: { __FILES__: JSON.stringify(files.map((name) => `/assets/${name}`)), "process.env.NODE_ENV": '"production"' },
    metafile: true,
  }),
);

await writeFile(`${DIST}/manifest.json`, JSON.stringify(manifest, null, 2));

function note({ metafile }) {
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint) manifest[basename(entryPoint)] = basename(path);
  }
}

async function keep(name, content) {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8).toUpperCase();
  const extension = extname(name);
  manifest[name] = `${basename(name, extension)}-${hash}${extension}`;
  await mkdir(DIST, { recursive: true });
  await writeFile(`${DIST}/${manifest[name]}`, content);
}
