import { setTimeout as pause } from 'node:timers/promises';
import koffi from 'koffi';

const ALREADY_GRABBED = 1;
const GRAB_MODE_ASYNC = 1;
const Z_PIXMAP = 2;
const ALL_PLANES = 0xffff_ffff;
const UNTIL_LIMIT_MS = 10_000;

const load = () => {
  const lib = koffi.load('libX11.so.6');
  const handle = 'void *';
  return {
    open: lib.func('XOpenDisplay', handle, ['str']),
    close: lib.func('XCloseDisplay', 'int', [handle]),
    root: lib.func('XDefaultRootWindow', 'ulong', [handle]),
    image: lib.func('XGetImage', handle, [handle, 'ulong', 'int', 'int', 'uint', 'uint', 'ulong', 'int']),
    pixel: lib.func('XGetPixel', 'ulong', [handle, 'int', 'int']),
    destroy: lib.func('XDestroyImage', 'int', [handle]),
    grab: lib.func('XGrabKeyboard', 'int', [handle, 'ulong', 'int', 'int', 'int', 'ulong']),
    ungrab: lib.func('XUngrabKeyboard', 'int', [handle, 'ulong']),
  };
};
let loaded: ReturnType<typeof load> | null = null;

/** One short visit to the X server: libX11 ends the whole process when a server that it is connected to goes away. */
function visit<T>(display: string, task: (x: ReturnType<typeof load>, connection: unknown, root: number) => T): T {
  loaded ??= load();
  const connection: unknown = loaded.open(display);
  if (connection === null) throw new Error(`no X server at ${display}`);
  try {
    return task(loaded, connection, loaded.root(connection));
  } finally {
    loaded.close(connection);
  }
}

/** The colour of the top left pixel as it is on the screen, as six hex digits. */
export const cornerPixel = (display: string): string => pixelAt(display, { x: 0, y: 0 });

export type Place = { readonly x: number; readonly y: number };

/** The colour of one pixel as it is on the screen, as six hex digits. */
export function pixelAt(display: string, place: Place): string {
  return visit(display, (x, connection, root) => {
    const image: unknown = x.image(connection, root, place.x, place.y, 1, 1, ALL_PLANES, Z_PIXMAP);
    if (image === null) throw new Error('the screen could not be read');
    const pixel = Number(x.pixel(image, 0, 0)) & 0xff_ffff;
    x.destroy(image);
    return pixel.toString(16).padStart(6, '0');
  });
}

/** Resolves when the pixel has that colour, six hex digits; X has no event for it. */
export async function untilPixel(display: string, place: Place, colour: string): Promise<void> {
  const end = performance.now() + UNTIL_LIMIT_MS;
  while (pixelAt(display, place) !== colour) {
    if (performance.now() > end)
      throw new Error(`pixel ${place.x},${place.y} is ${pixelAt(display, place)}, not ${colour}`);
    await pause(10);
  }
}

/** True when some program, such as a screen locker, holds the keyboard so that no other can. */
export function keyboardGrabRefused(display: string): boolean {
  return visit(display, (x, connection, root) => {
    const result: unknown = x.grab(connection, root, 0, GRAB_MODE_ASYNC, GRAB_MODE_ASYNC, 0);
    if (result === 0) x.ungrab(connection, 0);
    return result === ALREADY_GRABBED;
  });
}
