import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};
const MAX_FILES = 200;
const MAX_BYTES = 32 * 1024 * 1024;

export type PageFile = { readonly type: string; readonly content: Buffer };

/**
 * The window's files by the address of each, read once: afterwards no request leads to the disk, and no address needs to be
 * decoded. Only plain files of the kinds that a page is made of; links, source maps and all else stay unserved. Throws when
 * there is no page, or one that cannot be served whole.
 */
export function readPageFiles(root: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  let bytes = 0;
  const read = (folder: string, address: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const at = posix.join(address, entry.name);
      const type = TYPES[extname(entry.name)];
      if (entry.isDirectory()) read(path, at);
      if (!entry.isFile() || type === undefined) continue;
      if (!/^[\w./-]+$/.test(at)) throw new Error(`the name of ${path} cannot stand in an address as it is`);
      const content = readFileSync(path);
      bytes += content.length;
      files.set(at, { type, content });
      if (files.size > MAX_FILES || bytes > MAX_BYTES) throw new Error(`${root} is larger than any window of ours`);
    }
  };
  read(root, '/');
  const index = files.get('/index.html');
  if (index === undefined) throw new Error(`${root} holds no window: build it first`);
  return files.set('/', index);
}
