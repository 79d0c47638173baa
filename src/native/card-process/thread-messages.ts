import type { CardAnswer, CardOperation, CardProcessMessage, CardProgress } from '../../core/contract/card-process.ts';
import type { PcscHandle } from '../pcsc/library.ts';

/** What the threads of the card process say to each other. One program in one process: types suffice. */

export type WatcherData = { readonly signal: SharedArrayBuffer };

export type WatcherMessage =
  | Extract<CardProcessMessage, { type: 'service' | 'readers' | 'inserted' | 'mute' | 'removed' | 'surveyed' | 'log' }>
  /** The context that it will block on, for whoever wants to wake it; null: it blocks on none. */
  | { readonly type: 'context'; readonly handle: PcscHandle | null };

export type CardWorkerData = {
  readonly phase: SharedArrayBuffer;
  /** How long another program's hold on a card is waited out. */
  readonly waitMs: number;
};

export type CardWorkerOrder = {
  readonly id: number;
  readonly reader: string;
  readonly insertion: string;
  readonly atr: Uint8Array;
  readonly operation: CardOperation;
};

/** 'probe': ask the service anything, and report that the call has returned. */
export type CardWorkerCommand = CardWorkerOrder | 'probe' | 'close';

export type CardWorkerReport =
  /** Loaded and waiting for its first order. */
  | { readonly type: 'ready' }
  | { readonly type: 'probed' }
  | { readonly type: 'progress'; readonly id: number; readonly progress: CardProgress }
  | { readonly type: 'answer'; readonly id: number; readonly outcome: CardAnswer };
