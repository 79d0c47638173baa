import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

it('the demo plays the main job to its end in a terminal, with nothing else installed', async () => {
  const child = spawn(process.execPath, ['out/demo.js'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (text) => {
    told += String(text);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  const story = [
    'waiting for the passcode',
    'Tries left: 2',
    'SIGNED IN',
    'card-returned',
    'countdown-over',
    'DESKTOP LOCKED',
  ];
  let from = 0;
  for (const chapter of [...story, 'SIGNED IN', 'another-card', 'DESKTOP LOCKED']) {
    const at = told.indexOf(chapter, from);
    expect(at, `${chapter} comes next in:\n${told}`).toBeGreaterThanOrEqual(from);
    from = at + chapter.length;
  }
});
