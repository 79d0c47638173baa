import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NAME = 'launch.html';

/**
 * The file through which a browser gets its launch token. A browser is told what to open on its command line, which every
 * user of the machine can read: so it opens this file, which only its owner can, and that leads it on. The token stands in
 * the fragment of the address, which no browser sends to a server or as a referrer.
 */
export class LaunchPage {
  private readonly folder: string;

  /** Makes the folder, for this user only. Throws when it belongs to someone else. */
  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const uid = process.getuid?.();
    // lstat: a link would be followed to wherever its maker likes. Windows keeps others out of the user's profile by itself.
    if (!found.isDirectory() || (uid !== undefined && found.uid !== uid)) {
      throw new Error(`${folder} belongs to someone else`);
    }
    if (uid !== undefined) chmodSync(folder, 0o700);
    // Of an agent that crashed: its token is nobody's now.
    this.remove();
  }

  /** Writes the file whole, in place of an earlier one. @param address where it leads, token and all. Returns its path. */
  write(address: string): string {
    const path = join(this.folder, NAME);
    const draft = join(this.folder, `${NAME}.${randomBytes(8).toString('hex')}`);
    try {
      // wx: never into a file, or through a link, that was there before.
      writeFileSync(draft, page(address), { flag: 'wx', mode: 0o600 });
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
    return path;
  }

  remove(): void {
    rmSync(join(this.folder, NAME), { force: true });
  }
}

const page = (address: string) => `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta http-equiv="refresh" content="0;url=${address.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">
<title>Wardkey</title>
`;
