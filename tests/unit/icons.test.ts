import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeIcons } from '../../build/icons.ts';
import { TRAY_ICONS, type TrayIcon } from '../../src/main/host/desktop-host.ts';

const ASSETS = join(import.meta.dirname, '..', '..', 'assets');
const FOLDERS = ['tray', 'tray-template'];
const SIZES = [16, 22, 24, 32, 48];

const asset = (path: string) => readFileSync(join(ASSETS, path), 'utf8');
const trayPicture = (name: TrayIcon) => asset(`tray/${name}.svg`);

type Pixel = { readonly red: number; readonly green: number; readonly blue: number; readonly alpha: number };

/** 0..1 each, still multiplied by alpha: so a pixel that is not there is as dark as ink. */
function pixels(svg: string, size: number): Pixel[] {
  const rgba = new Resvg(svg, { fitTo: { mode: 'width', value: size }, font: { loadSystemFonts: false } }).render()
    .pixels;
  const at = (index: number) => (rgba[index] ?? 0) / 255;
  return Array.from({ length: size * size }, (_, pixel) => ({
    red: at(4 * pixel),
    green: at(4 * pixel + 1),
    blue: at(4 * pixel + 2),
    alpha: at(4 * pixel + 3),
  }));
}

const brightness = ({ red, green, blue }: Pixel) => 0.2126 * red + 0.7152 * green + 0.0722 * blue;

/** What part of the icon's square is not the same in both. */
function difference(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / one.length;
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const PAIRS = TRAY_ICONS.flatMap((one, index) => TRAY_ICONS.slice(index + 1).map((other) => ({ one, other })));
const INK = '#0b1a2a';

describe('pictures of the tray', () => {
  test.each(FOLDERS)('%s has one for each state and no other', (folder) => {
    expect(readdirSync(join(ASSETS, folder)).toSorted()).toEqual(TRAY_ICONS.map((name) => `${name}.svg`).toSorted());
  });

  test.each(TRAY_ICONS)('%s has the same shapes in its template', (name) => {
    const shapes = (svg: string) => svg.match(/<g id="(?:base|mark)">.*<\/g>/g);
    expect(shapes(trayPicture(name))).not.toBeNull();
    expect(shapes(asset(`tray-template/${name}.svg`))).toEqual(shapes(trayPicture(name)));
  });

  // The closest two are 16 % apart (expiring and blocked: both have the card), as seen when they were drawn.
  test.each(PAIRS)('$one and $other differ in shape: in black alone', ({ one, other }) => {
    for (const size of [16, 22]) {
      const mask = (name: TrayIcon) => pixels(asset(`tray-template/${name}.svg`), size).map(({ alpha }) => alpha);
      expect(difference(mask(one), mask(other))).toBeGreaterThan(0.12);
    }
  });

  // The closest two are 13 % apart: expiring and trouble.
  test.each(PAIRS)('$one and $other differ to an eye that sees no colours', ({ one, other }) => {
    for (const size of [16, 22]) {
      const grey = (name: TrayIcon) => pixels(trayPicture(name), size).map(brightness);
      expect(difference(grey(one), grey(other))).toBeGreaterThan(0.1);
    }
  });

  test.each(TRAY_ICONS)('%s reads on a panel of any colour', (name) => {
    const colours = [...new Set(trayPicture(name).match(/#[0-9a-f]{6}/g))];
    expect(colours).toContain(INK);
    const ratios = colours.filter((colour) => colour !== INK).map((colour) => contrast(colour, INK));
    expect(Math.min(...ratios)).toBeGreaterThan(4.5);
    // Contrast ratios multiply: of two colours 9:1 apart, one is 3:1 or more from any third (WCAG 2.2, 1.4.11).
    expect(Math.max(...ratios)).toBeGreaterThan(9);
  });

  test.each(TRAY_ICONS)('%s has ink around all that is light, so that it does not melt into a light panel', (name) => {
    const size = 64;
    const drawn = pixels(trayPicture(name), size);
    const bare = drawn.filter((pixel, index) => {
      if (brightness(pixel) < 0.4) return false;
      const [x, y] = [index % size, Math.floor(index / size)];
      if (x === 0 || y === 0 || x === size - 1 || y === size - 1) return true;
      return [index - 1, index + 1, index - size, index + size].some((next) => (drawn[next]?.alpha ?? 0) < 0.9);
    });
    expect(bare).toEqual([]);
  });
});

describe('every picture in assets', () => {
  const all = readdirSync(ASSETS, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.svg'));

  test.each(all)('%s is shapes alone: no script, reference to elsewhere, raster, text or font', (path) => {
    const svg = asset(path);
    expect(svg).not.toMatch(/<(?:script|style|image|foreignObject|text|tspan|font|a|animate|set)\b/i);
    expect(svg).not.toMatch(/\s(?:on\w+|style|font[\w-]*)=|@import|@font-face|data:|<!DOCTYPE|<!ENTITY|<\?/i);
    for (const [, target] of svg.matchAll(/(?:href="|url\()([^")]*)/g)) expect(target).toMatch(/^#\w+$/);
    // Nothing is fetched from a namespace; SVG's own is the one that is needed.
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  });

  test('the mark of the window takes the colour of the text beside it', () => {
    expect(asset('brand.svg')).toContain('currentColor');
    expect(asset('brand.svg')).not.toMatch(/#[0-9a-f]{3,8}/i);
  });
});

describe('what the build makes of them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardkey-icons-'));
  const size = (png: Buffer) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) });
  const read = (path: string) => readFileSync(join(folder, path));
  beforeAll(() => makeIcons(folder));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(TRAY_ICONS)('%s in every size, and in twice that', (name) => {
    for (const wanted of SIZES) {
      expect(size(read(`tray/${name}-${wanted}.png`))).toEqual({ width: wanted, height: wanted });
      expect(size(read(`tray/${name}-${wanted}@2x.png`))).toEqual({ width: 2 * wanted, height: 2 * wanted });
      expect(read(`tray/${name}-${wanted}.argb`)).toHaveLength(wanted * wanted * 4);
    }
    expect(size(read(`tray/${name}Template.png`))).toEqual({ width: 16, height: 16 });
    expect(size(read(`tray/${name}Template@2x.png`))).toEqual({ width: 32, height: 32 });
  });

  test.each(TRAY_ICONS)('%s as ARGB: alpha first, the colours not multiplied by it', (name) => {
    const argb = read(`tray/${name}-22.argb`);
    const drawn = pixels(trayPicture(name), 22);
    for (const [index, { red, green, blue, alpha }] of drawn.entries()) {
      const [a = 0, ...colours] = argb.subarray(4 * index, 4 * index + 4);
      expect(a).toBe(Math.round(alpha * 255));
      for (const [channel, value] of [red, green, blue].entries())
        expect(Math.abs((colours[channel] ?? 0) * alpha - value * 255)).toBeLessThan(1);
    }
    // The ink's soft edge keeps the ink's own colour: multiplied, its blue of 42 would have sunk with the alpha.
    const edge = drawn.findIndex(({ alpha }) => alpha > 0.3 && alpha < 0.7);
    expect(edge).toBeGreaterThan(-1);
    expect(Math.abs((argb[4 * edge + 3] ?? 0) - 0x2a)).toBeLessThan(3);
  });

  test('app.ico lists its images, and each is where it says', () => {
    const file = read('app.ico');
    expect([file.readUInt16LE(0), file.readUInt16LE(2)]).toEqual([0, 1]);
    const sizes = Array.from({ length: file.readUInt16LE(4) }, (_, index) => {
      const entry = file.subarray(6 + 16 * index, 22 + 16 * index);
      const image = file.subarray(entry.readUInt32LE(12), entry.readUInt32LE(12) + entry.readUInt32LE(8));
      expect(image.subarray(1, 4).toString('latin1')).toBe('PNG');
      const side = entry.readUInt8(0) || 256;
      expect(size(image)).toEqual({ width: side, height: side });
      return side;
    });
    expect(sizes).toEqual([16, 20, 24, 32, 40, 48, 64, 128, 256]);
  });

  test('the icons of the application and of its page', () => {
    expect(size(read('app.png')).width).toBe(1024);
    for (const wanted of [16, 32, 48, 128, 256, 512]) expect(size(read(`app-${wanted}.png`)).width).toBe(wanted);
    expect(size(read('favicon.png')).width).toBe(64);
  });

  test('a second build leaves them alone, but makes what was lost', async () => {
    const lost = join('tray', 'busy-16.png');
    const written = () =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => !path.startsWith(join('tray', 'busy')) && statSync(join(folder, path)).isFile())
        .map((path) => [path, statSync(join(folder, path)).mtimeMs]);
    const before = written();
    const whole = read(lost);
    rmSync(join(folder, lost));
    await makeIcons(folder);
    expect(written()).toEqual(before);
    expect(read(lost)).toEqual(whole);
  });
});
