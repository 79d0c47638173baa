import type { IdleClock } from '../../core/contract/desktop-session.ts';

/** The idleness of a desktop on paper: nobody is away until someone says so. */
export class DemoIdle implements IdleClock {
  private readonly watches = new Set<{ readonly onIdle: () => void; readonly onActive: () => void }>();

  async watch(_afterMs: number, onIdle: () => void, onActive: () => void): Promise<() => void> {
    const watch = { onIdle, onActive };
    this.watches.add(watch);
    return () => this.watches.delete(watch);
  }

  goIdle(): void {
    for (const { onIdle } of this.watches) onIdle();
  }

  close(): void {
    this.watches.clear();
  }
}
