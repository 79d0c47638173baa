import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRAY_ICONS, type TrayIcon } from '../desktop-host.ts';

/** Pixels as org.kde.StatusNotifierItem wants them: ARGB32 in network byte order. */
export type TrayPicture = { readonly width: number; readonly height: number; readonly argb: Uint8Array };

/** Panels take the size that fits them. */
const SIZES = [16, 22, 24, 32, 48] as const;

/** All pictures of the tray, read once. @param folder out/icons/tray */
export function readTrayPictures(folder: string): ReadonlyMap<TrayIcon, readonly TrayPicture[]> {
  return new Map(
    TRAY_ICONS.map((icon) => [
      icon,
      SIZES.map((size) => ({
        width: size,
        height: size,
        argb: new Uint8Array(readFileSync(join(folder, `${icon}-${size}.argb`))),
      })),
    ]),
  );
}
