import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Admission } from '../../../src/main/host/browser/admission.ts';
import { PageDoor } from '../../../src/main/host/browser/page-door.ts';
import { PageSocket } from '../../../src/main/host/browser/page-socket.ts';
import { RecordingView } from '../../rig/recording-view.ts';

afterEach(() => vi.restoreAllMocks());

/** The server's end of a connection, as ws makes it, with nobody at the other one. */
function socketToNobody(): WebSocket {
  // Its published type knows the server's way to make one, but not that this takes options.
  const socket: WebSocket = Reflect.construct(WebSocket, [null, undefined, {}]);
  vi.spyOn(socket, 'send').mockReturnValue();
  vi.spyOn(socket, 'close').mockReturnValue();
  return socket;
}

const typed = () => [Buffer.from('24'), Buffer.from('6813')];
const isZero = (pieces: readonly Buffer[]) => pieces.every((piece) => piece.every((byte) => byte === 0));

describe('a passcode that arrives', () => {
  it('while another page takes its place is overwritten, and not performed', () => {
    const socket = socketToNobody();
    const view = new RecordingView();
    const page = new PageSocket(socket, view, 'session', () => undefined);
    page.supersede();
    const pieces = typed();
    socket.emit('message', pieces, true);
    expect(isZero(pieces)).toBe(true);
    expect(view.calls).toEqual([]);
  });

  it('after its page was refused at the door is overwritten', () => {
    const socket = socketToNobody();
    const request = new IncomingMessage(new Socket());
    vi.spyOn(WebSocketServer.prototype, 'handleUpgrade').mockImplementation((_request, _socket, _head, opened) =>
      opened(socket, request),
    );
    const view = new RecordingView();
    const door = new PageDoor(view, new Admission(), { onAdmitted: () => undefined });
    door.knock(request, new Socket(), Buffer.alloc(0));
    socket.emit('message', Buffer.from('no token'), false);
    const pieces = typed();
    socket.emit('message', pieces, true);
    expect(isZero(pieces)).toBe(true);
  });
});
