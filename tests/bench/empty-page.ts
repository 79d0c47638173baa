import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/**
 * The floor of a start: a program that serves a page of one word, and tells where it is as `wardkey window --no-open --json`
 * does. What it needs, nobody who shows a page from a program of his own can do without. Ends with its standard input.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('empty-page FOLDER');

const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end('<!doctype html><title>Floor</title><h1>Floor</h1>');
});
server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has a port');
  const file = join(folder, 'launch.html');
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0;url=http://127.0.0.1:${bound.port}/">`);
  process.stdout.write(`${JSON.stringify({ event: 'page', file })}\n`);
});
process.stdin.on('end', () => process.exit()).resume();
