import * as v from 'valibot';
import { ControlRequestSchema, FrameError, FrameReader } from '../../../src/core/contract/control.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'control-frame',
  seeds: () => seedsOf('control-frame'),
  run: (input) => {
    const reader = new FrameReader();
    // In two pieces: half frames must wait, not end.
    const half = input.length >> 1;
    for (const part of [input.slice(0, half), input.slice(half)]) {
      for (const { json } of reader.push(part)) v.safeParse(ControlRequestSchema, json);
    }
  },
  expected: [FrameError],
} satisfies FuzzTarget;
