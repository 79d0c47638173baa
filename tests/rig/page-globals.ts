import { WebSocket } from 'ws';
import type { ViewBridge } from '../../src/core/contract/view.ts';

/**
 * Stands in for the few things of a browser that the window's bridge touches, with a real WebSocket, so that the bridge can be
 * run against the real server without one. It cannot show what only a browser does: Origin by itself, the page's policy.
 */
export class BrowserTab {
  readonly stored = new Map<string, string>();
  closes = 0;
  /** The connections that the page has opened, oldest first. */
  readonly sockets: WebSocket[] = [];
  private readonly location: { hash: string; host: string; pathname: string };

  constructor(port: number, hash: string) {
    this.location = { hash, host: `127.0.0.1:${port}`, pathname: '/' };
  }

  get hash(): string {
    return this.location.hash;
  }

  /** Loads the page, anew on a reload: its bridge. */
  async load(): Promise<ViewBridge> {
    const { stored, location, sockets } = this;
    class TabSocket extends WebSocket {
      constructor(address: string) {
        super(address, { origin: `http://${location.host}`, perMessageDeflate: false });
        this.on('error', () => undefined);
        sockets.push(this);
      }

      /** As a browser does, of a copy. */
      override send(data: unknown): void {
        super.send(data instanceof Uint8Array ? Uint8Array.from(data) : String(data));
      }
    }
    Object.assign(globalThis, {
      location,
      history: {
        replaceState: () => {
          location.hash = '';
        },
      },
      sessionStorage: {
        getItem: (key: string) => stored.get(key) ?? null,
        setItem: (key: string, value: string) => stored.set(key, value),
        removeItem: (key: string) => stored.delete(key),
      },
      window: { close: () => this.closes++ },
      WebSocket: TabSocket,
    });
    // By address: the page's code is checked with a browser's types, which tests do not have.
    const code: { connectSocketBridge(): ViewBridge } = await import(BRIDGE);
    return code.connectSocketBridge();
  }

  /** The page is left or loaded anew: its connections end. */
  unload(): void {
    for (const socket of this.sockets) {
      socket.removeAllListeners();
      socket.on('error', () => undefined);
      socket.terminate();
    }
  }
}

const BRIDGE = new URL('../../src/renderer/bridge/socket-bridge.ts', import.meta.url).href;
