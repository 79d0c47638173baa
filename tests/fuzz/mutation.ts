/** Numbers that look random and are the same for the same seed (mulberry32). */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** 0 to `bound` - 1; 0 for a bound of 0. */
  below(bound: number): number {
    return bound < 1 ? 0 : this.next() % bound;
  }

  pick<T>(from: readonly [T, ...T[]]): T {
    return from[this.below(from.length)] ?? from[0];
  }
}

/** Beyond this an input grows no more: bounds of parsers lie well below it. */
export const MAX_INPUT = 200_000;

/** Bytes that mean something as a tag, a length, a count or a status. */
const TELLING = [
  0x00, 0x01, 0x1f, 0x30, 0x53, 0x5f, 0x61, 0x6c, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x90, 0xff,
] as const;

type Mutator = (input: Uint8Array, random: SeededRandom, corpus: readonly Uint8Array[]) => Uint8Array;

const flipBit: Mutator = (input, random) => replaced(input, random, (octet) => octet ^ (1 << random.below(8)));
const replaceByte: Mutator = (input, random) => replaced(input, random, () => random.below(256));
const replaceByTelling: Mutator = (input, random) => replaced(input, random, () => random.pick(TELLING));
const nudge: Mutator = (input, random) => replaced(input, random, (octet) => octet + random.pick([1, -1, 2, -2]));

const truncate: Mutator = (input, random) => input.slice(0, random.below(input.length + 1));

const remove: Mutator = (input, random) => {
  const from = random.below(input.length + 1);
  const to = Math.min(input.length, from + 1 + random.below(16));
  return joined(input.subarray(0, from), input.subarray(to));
};

const insert: Mutator = (input, random) => {
  const at = random.below(input.length + 1);
  const added = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
  return joined(input.subarray(0, at), added, input.subarray(at));
};

const repeat: Mutator = (input, random) => {
  const from = random.below(input.length);
  const part = input.subarray(from, from + 1 + random.below(64));
  const times = random.below(8) === 0 ? 1 + random.below(2000) : 1 + random.below(4);
  return joined(input.subarray(0, from), ...Array<Uint8Array>(times).fill(part), input.subarray(from));
};

/** Writes a length of BER, or of two or four bytes, that has nothing to do with what follows. */
const lieAboutLength: Mutator = (input, random) => {
  const lies: readonly [readonly number[], ...(readonly number[])[]] = [
    [0x80],
    [0x81, random.below(256)],
    [0x82, random.below(256), random.below(256)],
    [0x83, random.below(4), random.below(256), random.below(256)],
    [0x84, 0xff, 0xff, 0xff, 0xff],
    [0x7f],
    [0x00, 0x00, 0x00, 0x00],
    [0xff, 0xff, 0xff, 0xff],
  ];
  const mutated = input.slice();
  const lie = random.pick(lies);
  const at = random.below(input.length);
  lie.forEach((octet, index) => {
    if (at + index < mutated.length) mutated[at + index] = octet;
  });
  return mutated;
};

const splice: Mutator = (input, random, corpus) => {
  const other = corpus[random.below(corpus.length)] ?? input;
  return joined(input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1)));
};

const MUTATORS = [
  flipBit,
  flipBit,
  replaceByte,
  replaceByTelling,
  nudge,
  truncate,
  remove,
  insert,
  repeat,
  lieAboutLength,
  lieAboutLength,
  splice,
] as const;

/** A member of the corpus changed in one to eight ways; now and then one that was not changed at all, or is made up. */
export function mutate(corpus: readonly Uint8Array[], random: SeededRandom): Uint8Array {
  if (random.below(200) === 0) return Uint8Array.from({ length: random.below(64) }, () => random.below(256));
  let input: Uint8Array = (corpus[random.below(corpus.length)] ?? new Uint8Array(0)).slice();
  const changes = 1 + random.below(random.pick([1, 2, 4, 8]));
  for (let change = 0; change < changes; change++) input = random.pick(MUTATORS)(input, random, corpus);
  return input.subarray(0, MAX_INPUT);
}

function replaced(input: Uint8Array, random: SeededRandom, by: (octet: number) => number): Uint8Array {
  if (input.length === 0) return input;
  const mutated = input.slice();
  const at = random.below(input.length);
  mutated[at] = by(mutated[at] ?? 0);
  return mutated;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts).subarray(0, MAX_INPUT));
}
