import { crc32, deflateSync } from 'node:zlib';
import koffi from 'koffi';
import type { XArea } from './x-windows.ts';

const Z_PIXMAP = 2;
const ALL_PLANES = 0xffff_ffff;
/** Of struct XImage (Xlib.h) on 64 bits: where its pixels are, and the bytes of a line. */
const DATA_OFFSET = 16;
const LINE_OFFSET = 44;

const load = () => {
  const lib = koffi.load('libX11.so.6');
  const handle = 'void *';
  return {
    open: lib.func('XOpenDisplay', handle, ['str']),
    close: lib.func('XCloseDisplay', 'int', [handle]),
    root: lib.func('XDefaultRootWindow', 'ulong', [handle]),
    image: lib.func('XGetImage', handle, [handle, 'ulong', 'int', 'int', 'uint', 'uint', 'ulong', 'int']),
    destroy: lib.func('XDestroyImage', 'int', [handle]),
  };
};
let loaded: ReturnType<typeof load> | null = null;

/** What is seen on a piece of the screen: 4 bytes a pixel, blue first, as X servers of today keep them. */
export class XPicture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Buffer;

  private constructor(width: number, height: number, pixels: Buffer) {
    this.width = width;
    this.height = height;
    this.pixels = pixels;
  }

  /** @param area on the screen, all of it within */
  static take(display: string, { x, y, width, height }: XArea): XPicture {
    loaded ??= load();
    const connection: unknown = loaded.open(display);
    if (connection === null) throw new Error(`no X server at ${display}`);
    try {
      const image: unknown = loaded.image(
        connection,
        loaded.root(connection),
        x,
        y,
        width,
        height,
        ALL_PLANES,
        Z_PIXMAP,
      );
      if (image === null) throw new Error('the screen could not be read');
      const line = Number(koffi.decode(image, LINE_OFFSET, 'int'));
      if (line !== width * 4) throw new Error('the screen has not 4 bytes a pixel');
      const data: unknown = koffi.decode(image, DATA_OFFSET, 'void *');
      const bytes: unknown = koffi.decode(data, koffi.array('uint8', line * height, 'Typed'));
      loaded.destroy(image);
      if (!(bytes instanceof Uint8Array)) throw new TypeError('no bytes');
      return new XPicture(width, height, Buffer.from(bytes));
    } finally {
      loaded.close(connection);
    }
  }

  /** How many pixels have this colour, six hex digits. */
  count(colour: string): number {
    const wanted = Number.parseInt(colour, 16);
    let count = 0;
    for (let at = 0; at < this.pixels.length; at += 4) {
      if ((this.pixels.readUInt32LE(at) & 0xff_ffff) === wanted) count++;
    }
    return count;
  }

  png(): Buffer {
    const lines = Buffer.alloc(this.height * (1 + this.width * 3));
    for (let y = 0, to = 0; y < this.height; y++) {
      lines[to++] = 0;
      for (let x = 0; x < this.width; x++) {
        const from = (y * this.width + x) * 4;
        for (const colour of [2, 1, 0]) lines[to++] = this.pixels[from + colour] ?? 0;
      }
    }
    const header = Buffer.alloc(13);
    header.writeUInt32BE(this.width, 0);
    header.writeUInt32BE(this.height, 4);
    // 8 bits a channel, three channels.
    header.set([8, 2, 0, 0, 0], 8);
    return Buffer.concat([
      Buffer.from('89504e470d0a1a0a', 'hex'),
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(lines)),
      chunk('IEND', Buffer.alloc(0)),
    ]);
  }
}

/** PNG (Third Edition), 5.3. */
function chunk(type: string, data: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(content));
  return Buffer.concat([length, content, check]);
}
