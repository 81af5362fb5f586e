// SPDX-License-Identifier: GPL-3.0-or-later
// embed.mjs OUT.c FILE_OR_FOLDER...: writes the table of console/assets.h. A folder's files stand under
// their paths in it, a single file under its name. What shrinks is kept compressed.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

function* files(path, prefix) {
  if (statSync(path).isFile()) {
    yield [`/${basename(path)}`, path];
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const at = join(path, entry.name);
    if (entry.isDirectory()) yield* files(at, `${prefix}/${entry.name}`);
    else yield [`${prefix}/${entry.name}`, at];
  }
}

const [out, ...sources] = process.argv.slice(2);
const rows = [];
const lines = ['#include "console/assets.h"'];
for (const source of sources) {
  for (const [path, file] of files(source, "")) {
    const type = TYPES[extname(path)];
    if (type === undefined) throw new Error(`${file}: of which type is it?`);
    const plain = readFileSync(file);
    // the description of the API is read by programs that may not ask for gzip
    const packed = gzipSync(plain, { level: 9 });
    const isGzip = packed.length < plain.length && extname(path) !== ".json";
    const bytes = isGzip ? packed : plain;
    const etag = createHash("sha256").update(plain).digest("hex").slice(0, 16);
    lines.push(`static const unsigned char f${rows.length}[] = {`);
    for (let at = 0; at < bytes.length; at += 32) lines.push(`${[...bytes.subarray(at, at + 32)].join(",")},`);
    lines.push("};");
    rows.push(`{"${path}", "${type}", "\\"${etag}\\"", f${rows.length}, sizeof(f${rows.length}), ${isGzip}},`);
  }
}
lines.push("const struct xz_asset xz_assets[] = {", ...rows, "{0}};", "");
writeFileSync(out, lines.join("\n"));
