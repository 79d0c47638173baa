import type { Duplex } from 'node:stream';

/**
 * So many can be found out about at one time that a flood is through before it has pushed out one that is ours. Nothing has
 * been read from any of them.
 */
const MAX_UNKNOWN = 256;

/**
 * The connections to the port. All but the page's own are short, whatever they do: who says or reads slowly gets no more
 * time than who says nothing. At the limit the oldest makes room, so that nobody can hold all places against the window; and
 * until it is known whose process it comes from, a connection takes a place among its like only, so that another user of the
 * machine takes none of ours.
 */
export class Connections {
  private readonly limit: number;
  private readonly lifeMs: number;
  private readonly unknown = new Map<Duplex, NodeJS.Timeout>();
  private readonly passing = new Map<Duplex, NodeJS.Timeout>();
  private readonly kept = new Set<Duplex>();

  constructor(limit: number, lifeMs: number) {
    this.limit = limit;
    this.lifeMs = lifeMs;
  }

  /** It has just come, and may be anybody's. */
  add(socket: Duplex): void {
    this.makeRoom(this.unknown, MAX_UNKNOWN);
    this.unknown.set(
      socket,
      setTimeout(() => this.drop(socket), this.lifeMs),
    );
    socket.once('close', () => {
      this.forget(socket);
      this.kept.delete(socket);
    });
  }

  /** This one is a process of ours. */
  ours(socket: Duplex): void {
    const life = this.unknown.get(socket);
    if (life === undefined) return;
    this.makeRoom(this.passing, this.limit);
    this.unknown.delete(socket);
    this.passing.set(socket, life);
  }

  /** This one is the page's: it lives as long as it likes and makes room for nobody. */
  keep(socket: Duplex): void {
    if (!this.passing.has(socket)) return;
    this.forget(socket);
    this.kept.add(socket);
  }

  closeAll(): void {
    for (const socket of [...this.unknown.keys(), ...this.passing.keys(), ...this.kept]) socket.destroy();
  }

  private makeRoom(among: ReadonlyMap<Duplex, NodeJS.Timeout>, limit: number): void {
    const [oldest] = among.keys();
    if (oldest !== undefined && among.size >= limit) this.drop(oldest);
  }

  private drop(socket: Duplex): void {
    this.forget(socket);
    socket.destroy();
  }

  private forget(socket: Duplex): void {
    for (const places of [this.unknown, this.passing]) {
      clearTimeout(places.get(socket));
      places.delete(socket);
    }
  }
}
