// qr_test.mjs - what the client draws as a QR code is read by a decoder of others (zbarimg).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const CAPACITIES = [14, 26, 42, 62, 84, 106, 122, 152, 180, 213]; // bytes, of level M
const SCALE = 4;
const QUIET = 4;

async function encoder() {
  const { outputFiles } = await build({ entryPoints: ['web/src/design/qr.ts'], bundle: true, write: false, format: 'esm' });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** A bitmap as text, which image programs read. */
function bitmap(modules) {
  const size = (modules.length + 2 * QUIET) * SCALE;
  const at = (pixel) => Math.floor(pixel / SCALE) - QUIET;
  const pixels = [...Array(size).keys()];
  const lines = pixels.map((y) => pixels.map((x) => (modules[at(y)]?.[at(x)] ? 1 : 0)).join('').replace(/.{60}/g, '$&\n'));
  return `P1\n${size} ${size}\n${lines.join('\n')}\n`;
}

export function decode(path) {
  try {
    return execFileSync('zbarimg', ['--raw', '-q', path], { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trimEnd();
  } catch {
    return null; // it has found none
  }
}

/** Every version, full to its last byte, with letters of several bytes; and with a part of it gone. */
async function every_size_is_read_by_others() {
  const { qrOf } = await encoder();
  const folder = mkdtempSync(join(tmpdir(), 'qr'));
  const read = (modules) => {
    writeFileSync(join(folder, 'code.pbm'), bitmap(modules));
    return decode(join(folder, 'code.pbm'));
  };
  try {
    for (const [i, capacity] of CAPACITIES.entries()) {
      const text = 'ключ otpauth://totp/'.repeat(20).slice(0, capacity);
      let fitting = text;
      while (Buffer.byteLength(fitting) > capacity) fitting = fitting.slice(0, -1);
      fitting = fitting.trimEnd().padEnd(fitting.length + capacity - Buffer.byteLength(fitting), 'z');
      const modules = qrOf(fitting);
      assert.equal(modules.length, 21 + 4 * i, `version ${i + 1}`);
      assert.equal(read(modules), fitting, `version ${i + 1}`);
      const right = modules.length - 3; // in the lower right, where there are only data
      for (let row = right - 1; row < right + 2; row++) modules[row].fill(true, right - 1, right + 2);
      assert.equal(read(modules), fitting, `version ${i + 1} with a stain`);
    }
    assert.equal(read(qrOf('a', 3)), 'a');
    assert.equal(qrOf('x'.repeat(214)), null);
    const broken = qrOf('as long as this');
    broken.forEach((row) => row.fill(false, 8, 14));
    assert.equal(read(broken), null, 'the reader reads anything');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const qrTests = [every_size_is_read_by_others];
