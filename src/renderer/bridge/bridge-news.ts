import * as v from 'valibot';
import { type ViewBridge, type ViewSnapshot, ViewSnapshotSchema } from '../../core/contract/view.ts';

/** What the view has last heard of the agent, and who wants to hear more: the same for every carrier. */
export class BridgeNews implements Pick<ViewBridge, 'onSnapshot' | 'onReachable'> {
  private readonly snapshotListeners = new Set<(snapshot: ViewSnapshot) => void>();
  private readonly reachableListeners = new Set<(reachable: boolean) => void>();
  private last: ViewSnapshot | null = null;
  private reachable = true;

  readonly onSnapshot: ViewBridge['onSnapshot'] = (listener) => {
    this.snapshotListeners.add(listener);
    if (this.last !== null) listener(this.last);
    return () => this.snapshotListeners.delete(listener);
  };

  /** Calls back at once when the agent is already known to be out of reach: who comes later must hear it too. */
  readonly onReachable: ViewBridge['onReachable'] = (listener) => {
    this.reachableListeners.add(listener);
    if (!this.reachable) listener(false);
    return () => this.reachableListeners.delete(listener);
  };

  /** Passes a snapshot on. False, and nothing passed on, when it is none. */
  take(snapshot: unknown): boolean {
    const parsed = v.safeParse(ViewSnapshotSchema, snapshot);
    if (!parsed.success) return false;
    this.last = parsed.output;
    for (const listener of this.snapshotListeners) listener(parsed.output);
    return true;
  }

  setReachable(reachable: boolean): void {
    if (reachable === this.reachable) return;
    this.reachable = reachable;
    for (const listener of this.reachableListeners) listener(reachable);
  }
}
