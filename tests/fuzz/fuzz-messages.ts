import * as v from 'valibot';

/** Between the process that watches (fuzz.ts) and the thread that fuzzes (fuzz-worker.ts). */

export const FuzzOrderSchema = v.object({
  target: v.string(),
  seconds: v.number(),
  seed: v.number(),
  /** The input under work, so that one that never ends can still be told: length, count, then its bytes. */
  current: v.instance(SharedArrayBuffer),
});
export type FuzzOrder = v.InferOutput<typeof FuzzOrderSchema>;

export type FuzzReport = {
  readonly target: string;
  readonly inputs: number;
  /** Of them, refused by the parser as they should be. */
  readonly refused: number;
  readonly slowestMs: number;
  readonly finding: FuzzFinding | null;
};

export type FuzzFinding = { readonly problem: string; readonly inputHex: string };

export const HEADER_BYTES = 8;
