import { describe, expect, it } from 'vitest';
import { BrowserWindow } from '../../../src/main/host/browser/browser-window.ts';
import { PANEL_SIZE } from '../../../src/main/host/desktop-host.ts';

const AWAITED = { waits: () => true, onGone: () => undefined };

describe('the window in a browser', () => {
  it('is not shown, and nothing worse, where its profile cannot be written', async () => {
    const window = new BrowserWindow('/dev/null/profile', PANEL_SIZE);
    expect(await window.show('/tmp/page.html', process.execPath, AWAITED)).toBe(false);
  });
});
