import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { insertPeer } from './vpcd-peer.ts';

/**
 * A card that runs in a thread of its own, for tests whose own thread blocks in PC/SC calls. It understands:
 * - `00 EE`: how many bytes the command had, in two bytes
 * - `00 C0 P1 P2`: P1P2 bytes of A5
 * - `00 55`: no answer, ever
 * - anything else: 9000
 */
export type EchoCard = {
  pull(): Promise<void>;
};

export async function insertEchoCard(port: number): Promise<EchoCard> {
  const thread = new Worker(new URL(import.meta.url), { workerData: { echoCardPort: port } });
  await once(thread, 'message');
  return {
    pull: async () => {
      if (thread.threadId === -1) return;
      thread.postMessage('pull', []);
      await once(thread, 'exit');
    },
  };
}

function answer(command: Uint8Array): Uint8Array | null {
  switch (command[1]) {
    case 0xee:
      return Uint8Array.of(command.length >>> 8, command.length & 0xff, 0x90, 0x00);
    case 0xc0: {
      const length = ((command[2] ?? 0) << 8) | (command[3] ?? 0);
      return Uint8Array.from([...new Uint8Array(length).fill(0xa5), 0x90, 0x00]);
    }
    case 0x55:
      return null;
    default:
      return Uint8Array.of(0x90, 0x00);
  }
}

if (parentPort !== null && typeof workerData?.echoCardPort === 'number') {
  const peer = await insertPeer(workerData.echoCardPort, { onApdu: answer });
  parentPort.once('message', () => void peer.pull());
  parentPort.postMessage('inserted', []);
}
