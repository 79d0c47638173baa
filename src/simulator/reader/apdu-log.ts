import { monotonicMs } from './monotonic.ts';

/** One exchange as the reader saw it: header and status word, never data, since data may be a PIN. */
export type ApduRecord = {
  readonly cla: number;
  readonly ins: number;
  readonly p1: number;
  readonly p2: number;
  /** Length of the whole command. */
  readonly commandBytes: number;
  /** When the command was there whole (monotonicMs). */
  readonly at: number;
  /** SW1 SW2, or null while or because there is no answer. */
  statusWord: number | null;
  /** Length of the answer's data. */
  answerBytes: number;
  /** From command to answer; null without one. */
  durationMs: number | null;
};

/** Everything that crossed one reader since it was emptied; the oldest half goes when it is full. */
export class ApduLog {
  static readonly CAPACITY = 50_000;
  #records: ApduRecord[] = [];
  #count = 0;

  /** All exchanges ever, also those no longer kept. */
  get count(): number {
    return this.#count;
  }

  get records(): readonly ApduRecord[] {
    return this.#records;
  }

  clear(): void {
    this.#records = [];
    this.#count = 0;
  }

  /** Notes a command; the caller reports its answer with {@link answered}. */
  received(command: Uint8Array): ApduRecord {
    const [cla = 0, ins = 0, p1 = 0, p2 = 0] = command;
    const record: ApduRecord = {
      cla,
      ins,
      p1,
      p2,
      commandBytes: command.length,
      at: monotonicMs(),
      statusWord: null,
      answerBytes: 0,
      durationMs: null,
    };
    if (this.#records.length >= ApduLog.CAPACITY) this.#records = this.#records.slice(ApduLog.CAPACITY / 2);
    this.#records.push(record);
    this.#count += 1;
    return record;
  }

  answered(record: ApduRecord, response: Uint8Array): void {
    const [sw1, sw2] = response.subarray(-2);
    record.statusWord = sw1 === undefined || sw2 === undefined ? null : sw1 * 256 + sw2;
    record.answerBytes = Math.max(0, response.length - 2);
    record.durationMs = monotonicMs() - record.at;
  }
}
