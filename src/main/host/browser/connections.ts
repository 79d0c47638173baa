import type { Duplex } from 'node:stream';

/**
 * The connections to the port. All but the page's own are short, whatever they do: who says or reads slowly gets no more
 * time than who says nothing. At the limit the oldest makes room, so that nobody can hold all places against the window.
 */
export class Connections {
  private readonly limit: number;
  private readonly lifeMs: number;
  private readonly passing = new Map<Duplex, NodeJS.Timeout>();
  private readonly kept = new Set<Duplex>();

  constructor(limit: number, lifeMs: number) {
    this.limit = limit;
    this.lifeMs = lifeMs;
  }

  add(socket: Duplex): void {
    const [oldest] = this.passing.keys();
    if (oldest !== undefined && this.passing.size >= this.limit) this.drop(oldest);
    this.passing.set(
      socket,
      setTimeout(() => this.drop(socket), this.lifeMs),
    );
    socket.once('close', () => {
      this.forget(socket);
      this.kept.delete(socket);
    });
  }

  /** This one is the page's: it lives as long as it likes and makes room for nobody. */
  keep(socket: Duplex): void {
    if (!this.passing.has(socket)) return;
    this.forget(socket);
    this.kept.add(socket);
  }

  closeAll(): void {
    for (const socket of [...this.passing.keys(), ...this.kept]) socket.destroy();
  }

  private drop(socket: Duplex): void {
    this.forget(socket);
    socket.destroy();
  }

  private forget(socket: Duplex): void {
    clearTimeout(this.passing.get(socket));
    this.passing.delete(socket);
  }
}
