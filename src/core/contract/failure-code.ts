import * as v from 'valibot';
import { FAILURES, type FailureCode } from '../agent/failure-codes.ts';

/** A code of the table of failures, as it crosses a border. */
export const FailureCodeSchema = v.custom<FailureCode>(
  (value) => typeof value === 'string' && Object.hasOwn(FAILURES, value),
);
