import { describe, expect, test } from 'vitest';
import { pageBridge } from '../../src/main/host/electron/page-bridge.ts';

// What the preload script hands to the page, on an ipcRenderer that keeps the very arrays it was given.

function bridge() {
  const invoked: Array<readonly unknown[]> = [];
  const seen: string[] = [];
  let push: (snapshot: unknown) => void = () => {};
  const made = pageBridge({
    invoke: async (_channel, ...request) => {
      invoked.push(request);
      seen.push(JSON.stringify(request, (_key, value: unknown) => (value instanceof Uint8Array ? [...value] : value)));
      return { ok: true };
    },
    on: (_channel, listener) => {
      push = (snapshot) => listener({}, snapshot);
    },
  });
  return { made, invoked, seen, push: (snapshot: unknown) => push(snapshot) };
}

describe('a request from the page', () => {
  test('is sent with its secrets, all of which are gone on this side when it has been', async () => {
    const { made, invoked, seen } = bridge();
    const lent = Uint8Array.of(49, 50, 51, 52);
    const answer = made.request({ command: 'lock-now' }, [lent]);
    expect(lent).toEqual(new Uint8Array(4));
    expect(invoked).toEqual([[{ command: 'lock-now' }, [new Uint8Array(4)]]]);
    expect(seen).toEqual(['[{"command":"lock-now"},[[49,50,51,52]]]']);
    expect(await answer).toEqual({ ok: true });
  });

  test('takes no memory along but that of its secrets', async () => {
    const { made, invoked } = bridge();
    const passwords = new TextEncoder().encode('mine 1234 and yours');
    await made.request({}, [passwords.subarray(5, 9)]);
    const [[, secrets] = []] = invoked;
    expect((secrets as Uint8Array[])[0]?.buffer.byteLength).toBe(4);
    expect(new TextDecoder().decode(passwords)).toBe('mine \0\0\0\0 and yours');
  });
});

describe('snapshots', () => {
  test('reach who listens, at once with the last one, until they stop', () => {
    const { made, push } = bridge();
    const heard: unknown[] = [];
    push({ n: 1 });
    const stop = made.onSnapshot((snapshot) => heard.push(snapshot));
    push({ n: 2 });
    stop();
    push({ n: 3 });
    expect(heard).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('are none before the first has come', () => {
    const heard: unknown[] = [];
    bridge().made.onSnapshot((snapshot) => heard.push(snapshot));
    expect(heard).toEqual([]);
  });
});
