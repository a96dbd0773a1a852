// build.mjs - the web client, made into a C table: bundled, minified, hashed, packed.
//
//   node web/build.mjs OUT      writes OUT/files/* and OUT/web_files.c
//
// The names of files carry a hash of what is in them, so that browsers may keep them for ever.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const out = process.argv[2];
const files = join(out, 'files');
const TYPES = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

async function bundle() {
  const result = await build({
    entryPoints: { main: 'web/src/main.tsx', early: 'web/src/early.ts', style: 'web/src/design/style.css' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome109', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    entryNames: '[name]-[hash]',
    write: false,
    outdir: files,
    logLevel: 'warning',
  });
  return result.outputFiles.map((file) => ({ name: basename(file.path), bytes: Buffer.from(file.contents) }));
}

function hashOf(bytes) {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

function page(assets) {
  const named = (start, end) => assets.find(({ name }) => name.startsWith(start) && name.endsWith(end)).name;
  return readFileSync('web/index.html', 'utf8')
    .replace('{early}', named('early-', '.js'))
    .replace('{style}', named('style-', '.css'))
    .replace('{main}', named('main-', '.js'))
    .replace('{icon}', named('icon-', '.svg'));
}

function cTable(rows) {
  const lines = ['/* Made by web/build.mjs; do not edit. */', '#include "runtime/pages/web_files.h"', ''];
  rows.forEach(({ place, packed }, i) => {
    lines.push(blob(`web_file_${i}`, place));
    if (packed) lines.push(blob(`web_packed_${i}`, packed));
  });
  lines.push('', 'const struct web_file web_files[] = {');
  rows.forEach(({ path, type, etag, packed }, i) => {
    const both = packed ? `web_packed_${i}_begin, web_packed_${i}_end` : '0, 0';
    lines.push(`    {"${path}", "${type}", "\\"${etag}\\"", web_file_${i}_begin, web_file_${i}_end, ${both}},`);
  });
  lines.push('};', 'const size_t web_file_count = sizeof web_files / sizeof *web_files;', '');
  return lines.join('\n');
}

function blob(name, place) {
  return `extern const char ${name}_begin[], ${name}_end[];\n`
    + `__asm__(".section .rodata\\n.global ${name}_begin, ${name}_end\\n${name}_begin: .incbin `
    + `\\"${place}\\"\\n${name}_end: .byte 0\\n.previous");`;
}

function keep({ path, name, bytes }) {
  const place = join(files, name);
  writeFileSync(place, bytes);
  const small = gzipSync(bytes, { level: 9 });
  const packed = small.length < bytes.length ? `${place}.gz` : null;
  if (packed) writeFileSync(packed, small);
  return { path, type: TYPES[name.split('.').pop()], etag: hashOf(bytes), place, packed };
}

rmSync(files, { recursive: true, force: true });
mkdirSync(files, { recursive: true });
const icon = readFileSync('web/icon.svg');
const assets = [...await bundle(), { name: `icon-${hashOf(icon)}.svg`, bytes: icon }];
const rows = assets.map(({ name, bytes }) => keep({ path: `/assets/${name}`, name, bytes }));
rows.unshift(keep({ path: '/', name: 'index.html', bytes: Buffer.from(page(assets)) }));
writeFileSync(join(out, 'web_files.c'), cTable(rows));
