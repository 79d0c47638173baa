import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RenderedImage, Resvg } from '@resvg/resvg-js';
import { TRAY_ICONS } from '../src/main/host/desktop-host.ts';

/**
 * The pictures of assets/ in the forms that desktops ask for:
 *
 * - tray/NAME-SIZE.png with its NAME-SIZE@2x.png, which Electron finds by itself on a dense display;
 * - tray/NAME-SIZE.argb, as the IconPixmap of StatusNotifierItem wants it;
 * - tray/NAMETemplate.png and @2x: black on nothing, which macOS colours as its menu bar requires. The file's name says so;
 * - app.png, app-SIZE.png, app.ico and favicon.png.
 */

const ASSETS = join(import.meta.dirname, '..', 'assets');

const TRAY_SIZES = [16, 22, 24, 32, 48];
/** What macOS gives an item of the menu bar, in points. */
const TEMPLATE_SIZE = 16;
const APP_SIZES = [16, 32, 48, 128, 256, 512];
/** Windows takes 16 and 32 at 100 %, the sizes between at 125 % and 150 %. */
const ICO_SIZES = [16, 20, 24, 32, 40, 48, 64, 128, 256];

type Picture = readonly [path: string, content: Buffer];
type Drawing = { readonly source: string; readonly draw: (svg: string) => readonly Picture[] };
/** What out/icons/.made remembers: by source, which of its contents was drawn and where it went. */
type Made = Readonly<Record<string, { readonly hash: string; readonly files: readonly string[] }>>;

const DRAWINGS: readonly Drawing[] = [
  ...TRAY_ICONS.map((name) => ({ source: `tray/${name}.svg`, draw: (svg: string) => trayPictures(name, svg) })),
  ...TRAY_ICONS.map((name) => ({
    source: `tray-template/${name}.svg`,
    draw: (svg: string) => templatePictures(name, svg),
  })),
  { source: 'app.svg', draw: appPictures },
];

/** Draws what has changed since the last time. Rejects when a picture is missing from assets/ or cannot be drawn. */
export async function makeIcons(outFolder: string): Promise<void> {
  const before = await readMade(outFolder);
  const drawer = await readFile(import.meta.filename, 'utf8');
  const made: Record<string, Made[string]> = {};
  for (const { source, draw } of DRAWINGS) {
    const svg = await readFile(join(ASSETS, source), 'utf8');
    // A changed drawer draws everything anew.
    const hash = createHash('sha256').update(drawer).update('\0').update(svg).digest('hex');
    const last = before[source];
    if (last?.hash === hash && last.files.every((file) => existsSync(join(outFolder, file)))) {
      made[source] = last;
      continue;
    }
    const pictures = draw(svg);
    await Promise.all(pictures.map(([path, content]) => writeWhole(join(outFolder, path), content)));
    made[source] = { hash, files: pictures.map(([path]) => path) };
  }
  const wanted = new Set(Object.values(made).flatMap(({ files }) => files));
  for (const file of Object.values(before).flatMap(({ files }) => files))
    if (!wanted.has(file)) await rm(join(outFolder, file), { force: true });
  const record = `${JSON.stringify(made, null, 1)}\n`;
  if (record !== `${JSON.stringify(before, null, 1)}\n`)
    await writeWhole(join(outFolder, '.made'), Buffer.from(record));
}

function trayPictures(name: string, svg: string): Picture[] {
  return TRAY_SIZES.flatMap((size) => {
    const image = render(svg, size);
    return [
      [`tray/${name}-${size}.png`, image.asPng()],
      [`tray/${name}-${size}@2x.png`, render(svg, 2 * size).asPng()],
      [`tray/${name}-${size}.argb`, straightArgb(image.pixels)],
    ];
  });
}

function templatePictures(name: string, svg: string): Picture[] {
  return [
    [`tray/${name}Template.png`, render(svg, TEMPLATE_SIZE).asPng()],
    [`tray/${name}Template@2x.png`, render(svg, 2 * TEMPLATE_SIZE).asPng()],
  ];
}

function appPictures(svg: string): Picture[] {
  const png = (size: number) => render(svg, size).asPng();
  return [
    ['app.png', png(1024)],
    ...APP_SIZES.map((size): Picture => [`app-${size}.png`, png(size)]),
    ['app.ico', ico(ICO_SIZES.map((size) => ({ size, png: png(size) })))],
    ['favicon.png', png(64)],
  ];
}

function render(svg: string, size: number): RenderedImage {
  // No picture has text in it, and looking for the system's fonts takes longer than all the drawing.
  return new Resvg(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } }).render();
}

/**
 * From RGBA multiplied by its alpha, as resvg draws it, to ARGB in network byte order that is not: what
 * org.kde.StatusNotifierItem calls ARGB32. Still multiplied, every soft edge would get a dark fringe.
 */
function straightArgb(rgba: Buffer): Buffer {
  const argb = Buffer.alloc(rgba.length);
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba.readUInt8(at + 3);
    if (alpha === 0) continue;
    argb.writeUInt8(alpha, at);
    for (const channel of [0, 1, 2])
      argb.writeUInt8(Math.min(255, Math.round((rgba.readUInt8(at + channel) * 255) / alpha)), at + 1 + channel);
  }
  return argb;
}

/** ICONDIR, one ICONDIRENTRY an image, then the images: PNG, which Windows reads in every size since Vista. */
function ico(images: ReadonlyArray<{ readonly size: number; readonly png: Buffer }>): Buffer {
  const directory = Buffer.alloc(6 + 16 * images.length);
  directory.writeUInt16LE(1, 2); // an icon, not a cursor
  directory.writeUInt16LE(images.length, 4);
  let offset = directory.length;
  for (const [index, { size, png }] of images.entries()) {
    const entry = 6 + 16 * index;
    directory.writeUInt8(size % 256, entry); // width; 0 means 256
    directory.writeUInt8(size % 256, entry + 1); // height
    directory.writeUInt16LE(1, entry + 4); // colour planes
    directory.writeUInt16LE(32, entry + 6); // bits a pixel
    directory.writeUInt32LE(png.length, entry + 8);
    directory.writeUInt32LE(offset, entry + 12);
    offset += png.length;
  }
  return Buffer.concat([directory, ...images.map(({ png }) => png)]);
}

/** Nothing when there is no record or it cannot be read: then everything is drawn. */
async function readMade(outFolder: string): Promise<Made> {
  try {
    return JSON.parse(await readFile(join(outFolder, '.made'), 'utf8'));
  } catch {
    return {};
  }
}

/** Whole files only: a program that runs from out/ meanwhile never reads half a picture. */
async function writeWhole(path: string, content: Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  await writeFile(draft, content);
  await rename(draft, path);
}
