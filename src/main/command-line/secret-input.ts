import { createReadStream } from 'node:fs';

/** Longer input than this is no passcode. */
const MAX_BYTES = 64;

const ENTER = new Set([0x0a, 0x0d]);
const CTRL_C = 0x03;
const CTRL_D = 0x04;
const BACKSPACE = new Set([0x08, 0x7f]);

/**
 * Reads secrets as bytes, one a line: from the terminal without showing them, or from standard input. They never become a
 * string and never come from an argument. null: the input ended, or was broken off, before all were there.
 */
export async function readSecrets(prompts: readonly string[]): Promise<Uint8Array[] | null> {
  return process.stdin.isTTY ? fromTerminal(prompts) : fromPipe(prompts.length);
}

async function fromPipe(count: number): Promise<Uint8Array[] | null> {
  const secrets: Uint8Array[] = [];
  let line = Buffer.alloc(MAX_BYTES);
  let length = 0;
  const finish = () => {
    secrets.push(ownCopy(line.subarray(0, length)));
    line.fill(0);
    line = Buffer.alloc(MAX_BYTES);
    length = 0;
  };
  const input = createReadStream('', { fd: 0, autoClose: false });
  for await (const chunk of input) {
    const bytes: Buffer = chunk;
    for (const byte of bytes) {
      if (secrets.length === count) break;
      if (byte === 0x0a) finish();
      else if (byte !== 0x0d) {
        if (length === MAX_BYTES) {
          for (const secret of [bytes, line, ...secrets]) secret.fill(0);
          return null;
        }
        line[length++] = byte;
      }
    }
    bytes.fill(0);
    if (secrets.length === count) break;
  }
  input.destroy();
  // The last line may end with the input itself.
  if (secrets.length < count && length > 0) finish();
  if (secrets.length === count) return secrets;
  for (const secret of secrets) secret.fill(0);
  return null;
}

async function fromTerminal(prompts: readonly string[]): Promise<Uint8Array[] | null> {
  const secrets: Uint8Array[] = [];
  process.stdin.setRawMode(true);
  try {
    for (const prompt of prompts) {
      process.stderr.write(`${prompt}: `);
      const secret = await typedLine();
      process.stderr.write('\n');
      if (secret === null) {
        for (const each of secrets) each.fill(0);
        return null;
      }
      secrets.push(secret);
    }
    return secrets;
  } finally {
    process.stdin.setRawMode(false);
    process.stdin.pause();
  }
}

function typedLine(): Promise<Uint8Array | null> {
  const typed = Buffer.alloc(MAX_BYTES);
  let length = 0;
  return new Promise((resolve) => {
    const done = (secret: Uint8Array | null) => {
      process.stdin.off('data', onData);
      typed.fill(0);
      resolve(secret);
    };
    const onData = (bytes: Buffer) => {
      const end = bytes.findIndex((byte) => ENTER.has(byte) || byte === CTRL_C || byte === CTRL_D);
      const key = bytes[end];
      for (const byte of end === -1 ? bytes : bytes.subarray(0, end)) {
        if (BACKSPACE.has(byte)) typed[length > 0 ? --length : 0] = 0;
        else if (length < MAX_BYTES) typed[length++] = byte;
      }
      // What was pasted behind the end of the line belongs to nobody: only whole lines are taken from a pipe.
      bytes.fill(0);
      if (key !== undefined) done(ENTER.has(key) ? ownCopy(typed.subarray(0, length)) : null);
    };
    process.stdin.on('data', onData);
    process.stdin.resume();
  });
}

/** In memory of its own: small typed arrays otherwise live in V8's moving heap, and overwriting one can miss a copy. */
function ownCopy(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}
