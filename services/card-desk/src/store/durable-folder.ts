import { fsyncSync } from 'node:fs';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/**
 * PGlite's files in a folder, with an fsync that reaches the disk. Emscripten's NODEFS brings none, so that PostgreSQL's own
 * calls of fsync end nowhere; `fdatasync` does so whatever the file system offers, hence `wal_sync_method=fsync`.
 */
export class DurableFolder extends NodeFS {
  override async init(...[pglite, options]: Parameters<NodeFS['init']>) {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = [...(emscriptenOpts.preRun ?? []), giveFsync];
    return { emscriptenOpts: { ...emscriptenOpts, preRun } };
  }
}

type Files = { NODEFS?: { stream_ops: { fsync?: (stream: { nfd?: number }) => number } } };

function giveFsync(module: object): void {
  const { NODEFS } = module as Files;
  if (NODEFS === undefined) throw new Error('this PGlite has no NODEFS: nothing it writes would be sure to be on disk');
  NODEFS.stream_ops.fsync = ({ nfd }) => {
    if (nfd !== undefined) fsyncSync(nfd);
    return 0;
  };
}
