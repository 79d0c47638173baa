import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { CardProcessMessage } from '../../src/core/contract/card-process.ts';
import {
  type CardProcessClient,
  type CardProcessClientOptions,
  startCardProcess,
} from '../../src/native/card-process/card-process-client.ts';
import { FramedChannel } from '../../src/native/card-process/framed-channel.ts';
import type { Pcscd } from './pcscd.ts';

/** The card process as it ships. */
export const CARD_PROCESS = new URL('../../out/card-process.js', import.meta.url);

type MessageOf<T extends CardProcessMessage['type']> = Extract<CardProcessMessage, { type: T }>;

export type RecordedCards = {
  readonly client: CardProcessClient;
  /** Everything that was told, in order. */
  readonly messages: readonly CardProcessMessage[];
  readonly losses: readonly string[];
  /** The next message of this type that nobody has waited for yet, told already or not. */
  next<T extends CardProcessMessage['type']>(type: T): Promise<MessageOf<T>>;
  nextLoss(): Promise<string>;
};

/** The card process as it ships (out/), on a pcscd of the test's own, with all that it says. */
export function recordCards(pcscd: Pcscd, options: CardProcessClientOptions = {}): RecordedCards {
  const messages: CardProcessMessage[] = [];
  const losses: string[] = [];
  const waiting: Array<() => void> = [];
  const read = new Map<string, number>();
  const changed = () => {
    for (const wake of waiting.splice(0)) wake();
  };
  const client = startCardProcess({
    entry: CARD_PROCESS,
    env: { ...process.env, ...pcscd.env },
    ...options,
  });
  client.onMessage((message) => {
    messages.push(message);
    changed();
  });
  client.onLost((reason) => {
    losses.push(reason);
    changed();
  });

  async function nextOf<T>(kind: string, all: () => readonly T[]): Promise<T> {
    const index = read.get(kind) ?? 0;
    read.set(kind, index + 1);
    for (;;) {
      const found = all()[index];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }
  return {
    client,
    messages,
    losses,
    next: (type) => nextOf(type, () => messages.filter((message) => isOf(type, message))),
    nextLoss: () => nextOf('loss', () => losses),
  };
}

function isOf<T extends CardProcessMessage['type']>(type: T, message: CardProcessMessage): message is MessageOf<T> {
  return message.type === type;
}

export type BareCardProcess = {
  readonly child: ChildProcess;
  /** Everything that was said, not checked. */
  readonly said: readonly unknown[];
  /** Anything, an order or not. */
  readonly send: (order: unknown) => void;
  /** Bytes as they are, frames or not. */
  readonly write: (bytes: Uint8Array) => void;
  /** The agent's end of the pipe. */
  readonly close: () => void;
};

/** The card process without its supervisor: for what no supervisor would tell it. */
export function startBareCardProcess(pcscd: Pcscd): BareCardProcess {
  const child = spawn(process.execPath, [fileURLToPath(CARD_PROCESS), '--channel-fd=3'], {
    env: { ...process.env, ...pcscd.env },
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const pipe = child.stdio[3];
  if (!(pipe instanceof Socket)) throw new Error('it was started without a pipe');
  const channel = FramedChannel.over(pipe, { overwriteReceived: false });
  const said: unknown[] = [];
  channel.onMessage((message) => said.push(message));
  return {
    child,
    said,
    send: (order) => channel.send(order),
    write: (bytes) => pipe.write(bytes),
    close: () => channel.close(),
  };
}

/** What happened to cards and service, one word group an event. */
export function storyOf(messages: readonly CardProcessMessage[]): string[] {
  return messages.flatMap((message) => {
    switch (message.type) {
      case 'service':
        return `service ${message.state}`;
      case 'inserted':
      case 'mute':
        return `${message.type} ${message.reader}`;
      case 'removed':
        return `removed ${message.reader} ${message.cause}`;
      default:
        return [];
    }
  });
}

/** CPU time that a process has used since it was started, in milliseconds. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`);
}

/** Proportional set size: this process's share of the machine's memory, in kB. */
export function pssKb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1]);
}

export function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
