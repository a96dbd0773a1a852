// qr.ts - a QR code: bytes, level M (a sixth may be unreadable), versions 1 to 10, up to 213 bytes.
//
// The steps are those of ISO/IEC 18004: the bytes with a head become codewords, codewords are cut into
// blocks, each block gets its Reed-Solomon check, blocks are dealt out in turns, bits are laid in a zigzag
// from the lower right, and of eight masks the one is taken that looks least like something else.

export type Modules = boolean[][]; // dark where true, without the quiet zone

interface Version {
  checks: number; // check codewords of each block
  blocks: number[]; // data codewords of each block
  centres: number[]; // of alignment patterns, both ways
}

const repeated = (count: number, bytes: number) => Array<number>(count).fill(bytes);

const VERSIONS: Version[] = [
  { checks: 10, blocks: [16], centres: [] },
  { checks: 16, blocks: [28], centres: [6, 18] },
  { checks: 26, blocks: [44], centres: [6, 22] },
  { checks: 18, blocks: repeated(2, 32), centres: [6, 26] },
  { checks: 24, blocks: repeated(2, 43), centres: [6, 30] },
  { checks: 16, blocks: repeated(4, 27), centres: [6, 34] },
  { checks: 18, blocks: repeated(4, 31), centres: [6, 22, 38] },
  { checks: 22, blocks: [...repeated(2, 38), ...repeated(2, 39)], centres: [6, 24, 42] },
  { checks: 22, blocks: [...repeated(3, 36), ...repeated(2, 37)], centres: [6, 26, 46] },
  { checks: 26, blocks: [...repeated(4, 43), 44], centres: [6, 28, 50] },
];

const LEVEL_M = 0;
const BYTE_MODE = 4;

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0);

// ---- the field of 256 numbers ----

const powers = new Uint8Array(255);
const logarithms = new Uint8Array(256);
for (let i = 0, value = 1; i < 255; i++) {
  powers[i] = value;
  logarithms[value] = i;
  value = value < 128 ? value * 2 : (value * 2) ^ 0x11d;
}

function times(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : powers[(logarithms[a]! + logarithms[b]!) % 255]!;
}

/** (x - 1)(x - 2)(x - 4)..., without its first coefficient, which is 1. */
function generator(degree: number): number[] {
  let factors = [1];
  for (let i = 0; i < degree; i++) {
    const longer = [...factors, 0];
    factors.forEach((factor, at) => {
      longer[at + 1]! ^= times(factor, powers[i]!);
    });
    factors = longer;
  }
  return factors.slice(1);
}

function checksOf(block: number[], divisor: number[]): number[] {
  const rest = repeated(divisor.length, 0);
  for (const byte of block) {
    const factor = byte ^ rest.shift()!;
    rest.push(0);
    divisor.forEach((coefficient, at) => {
      rest[at]! ^= times(coefficient, factor);
    });
  }
  return rest;
}

// ---- codewords ----

function bitsOf(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (value >> (count - 1 - i)) & 1);
}

function padded(bytes: Uint8Array, number: number, capacity: number): number[] {
  const bits = [...bitsOf(BYTE_MODE, 4), ...bitsOf(bytes.length, number < 10 ? 8 : 16)];
  bytes.forEach((byte) => bits.push(...bitsOf(byte, 8)));
  bits.push(...repeated(Math.min(4, capacity * 8 - bits.length), 0));
  while (bits.length % 8 !== 0) bits.push(0);
  const words: number[] = [];
  for (let at = 0; at < bits.length; at += 8) words.push(parseInt(bits.slice(at, at + 8).join(''), 2));
  for (let filler = 0xec; words.length < capacity; filler ^= 0xec ^ 0x11) words.push(filler);
  return words;
}

/** The first of each block, the second of each block... */
function dealt(blocks: number[][]): number[] {
  const longest = Math.max(...blocks.map((block) => block.length));
  return Array.from({ length: longest }, (_, at) => blocks.flatMap((block) => block.slice(at, at + 1))).flat();
}

function codewords(bytes: Uint8Array, number: number): number[] {
  const { checks, blocks } = VERSIONS[number - 1]!;
  const words = padded(bytes, number, sum(blocks));
  const divisor = generator(checks);
  let begin = 0;
  const data = blocks.map((count) => words.slice(begin, (begin += count)));
  return [...dealt(data), ...dealt(data.map((block) => checksOf(block, divisor)))];
}

// ---- the square ----

/** A few bits with so many checks that a false one is found: `divisor` of `degree` + 1 bits. */
function guarded(value: number, degree: number, divisor: number): number {
  let rest = value << degree;
  for (let bit = 31 - Math.clz32(rest); rest >> degree !== 0; bit = 31 - Math.clz32(rest)) rest ^= divisor << (bit - degree);
  return (value << degree) | rest;
}

interface Square {
  size: number;
  dark: Modules;
  fixed: Modules; // not of the data
}

function put(square: Square, row: number, column: number, isDark: boolean): void {
  if (row < 0 || column < 0 || row >= square.size || column >= square.size) return;
  square.dark[row]![column] = isDark;
  square.fixed[row]![column] = true;
}

/** Rings around a centre: a finder of radius 4 (the last ring is light), an alignment of radius 2. */
function putRings(square: Square, row: number, column: number, radius: number, lightRings: number[]): void {
  for (let down = -radius; down <= radius; down++) {
    for (let right = -radius; right <= radius; right++) {
      const ring = Math.max(Math.abs(down), Math.abs(right));
      put(square, row + down, column + right, !lightRings.includes(ring));
    }
  }
}

function putPatterns(square: Square, number: number): void {
  const last = square.size - 1;
  for (let at = 0; at < square.size; at++) {
    put(square, 6, at, at % 2 === 0);
    put(square, at, 6, at % 2 === 0);
  }
  for (const [row, column] of [[3, 3], [3, last - 3], [last - 3, 3]]) putRings(square, row!, column!, 4, [2, 4]);
  const { centres } = VERSIONS[number - 1]!;
  const isFinder = (row: number, column: number) => (row === 6 && column === 6)
    || (row === 6 && column === last - 6) || (row === last - 6 && column === 6);
  for (const row of centres) {
    for (const column of centres) if (!isFinder(row, column)) putRings(square, row, column, 2, [1]);
  }
  if (number >= 7) {
    bitsOf(guarded(number, 12, 0x1f25), 18).reverse().forEach((bit, i) => {
      put(square, Math.floor(i / 3), last - 10 + (i % 3), bit === 1);
      put(square, last - 10 + (i % 3), Math.floor(i / 3), bit === 1);
    });
  }
}

/** Level and mask, twice: around the upper left finder, and along the two others. */
function putFormat(square: Square, mask: number): void {
  const last = square.size - 1;
  const bits = bitsOf(guarded((LEVEL_M << 3) | mask, 10, 0x537) ^ 0x5412, 15).reverse();
  bits.forEach((bit, i) => {
    const along = i < 6 ? i : i < 8 ? i + 1 : i === 8 ? 7 : 14 - i;
    if (i < 8) put(square, along, 8, bit === 1);
    else put(square, 8, along, bit === 1);
    if (i < 8) put(square, 8, last - i, bit === 1);
    else put(square, last - 14 + i, 8, bit === 1);
  });
  put(square, last - 7, 8, true);
}

/** In columns of two from the right, up and down in turns; the column of timing is left out. */
function putData(square: Square, words: number[]): void {
  const bits = words.flatMap((word) => bitsOf(word, 8));
  let at = 0;
  let goesUp = true;
  for (let right = square.size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const column = right;
    for (let step = 0; step < square.size; step++) {
      const row = goesUp ? square.size - 1 - step : step;
      for (const here of [column, column - 1]) {
        if (!square.fixed[row]![here]) square.dark[row]![here] = bits[at++] === 1;
      }
    }
    goesUp = !goesUp;
  }
}

const MASKS: ((row: number, column: number) => boolean)[] = [
  (row, column) => (row + column) % 2 === 0,
  (row) => row % 2 === 0,
  (_, column) => column % 3 === 0,
  (row, column) => (row + column) % 3 === 0,
  (row, column) => (Math.floor(row / 2) + Math.floor(column / 3)) % 2 === 0,
  (row, column) => ((row * column) % 2) + ((row * column) % 3) === 0,
  (row, column) => (((row * column) % 2) + ((row * column) % 3)) % 2 === 0,
  (row, column) => (((row + column) % 2) + ((row * column) % 3)) % 2 === 0,
];

function masked(square: Square, mask: number): Square {
  const copy = { ...square, dark: square.dark.map((row) => [...row]), fixed: square.fixed };
  for (let row = 0; row < square.size; row++) {
    for (let column = 0; column < square.size; column++) {
      if (!square.fixed[row]![column] && MASKS[mask]!(row, column)) copy.dark[row]![column] = !copy.dark[row]![column];
    }
  }
  putFormat(copy, mask);
  return copy;
}

// ---- what would mislead a reader ----

function faultsOfLine(line: string): number {
  const runs = line.match(/0{5,}|1{5,}/g) ?? [];
  const finders = line.match(/(?=00001011101|10111010000)/g) ?? [];
  return sum(runs.map((run) => run.length - 2)) + 40 * finders.length;
}

function faultsOf({ size, dark }: Square): number {
  const at = (row: number, column: number) => (dark[row]![column] ? '1' : '0');
  const numbers = [...Array(size).keys()];
  const rows = numbers.map((row) => numbers.map((column) => at(row, column)).join(''));
  const columns = numbers.map((column) => numbers.map((row) => at(row, column)).join(''));
  let squares = 0;
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const four = [at(row, column), at(row, column + 1), at(row + 1, column), at(row + 1, column + 1)];
      if (new Set(four).size === 1) squares++;
    }
  }
  const share = (rows.join('').replace(/0/g, '').length * 100) / (size * size);
  return sum([...rows, ...columns].map(faultsOfLine)) + 3 * squares + 10 * Math.floor(Math.abs(share - 50) / 5);
}

/** The square of a text; null when it is too long. `least`: at least this version. */
export function qrOf(text: string, least = 1): Modules | null {
  const bytes = new TextEncoder().encode(text);
  const fits = ({ blocks }: Version, i: number) => i + 1 >= least && sum(blocks) * 8 >= 4 + (i < 9 ? 8 : 16) + bytes.length * 8;
  const number = VERSIONS.findIndex(fits) + 1;
  if (number === 0) return null;
  const size = 17 + 4 * number;
  const grid = () => Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  const square: Square = { size, dark: grid(), fixed: grid() };
  putPatterns(square, number);
  putFormat(square, 0); // its places are taken, whatever will stand there
  putData(square, codewords(bytes, number));
  const candidates = MASKS.map((_, mask) => masked(square, mask));
  const faults = candidates.map(faultsOf);
  return candidates[faults.indexOf(Math.min(...faults))]!.dark;
}
