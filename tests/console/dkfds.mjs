// Renders components as DKFDS's own macros do: gets [[file, macro, parameters], …] on stdin, gives a list of markup.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const assets = new URL("../../services/console/assets/", import.meta.url);
const nunjucks = createRequire(assets)("nunjucks");
const folder = new URL("node_modules/dkfds/src/", assets).pathname;
const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder));

const asked = JSON.parse(readFileSync(0, "utf8"));
const rendered = asked.map(([file, macro, parameters]) =>
  environment.renderString(`{% from "components/${file}" import ${macro} as macro %}{{ macro(parameters) }}`, { parameters }),
);
console.log(JSON.stringify(rendered));
