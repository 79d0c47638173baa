import { type FSWatcher, globSync, mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../rig/compile.ts';
import { Awaited } from './awaited.ts';
import { type LineProcess, startLineProcess } from './line-process.ts';

/** One of the programs that watch a card and run a command when it goes (Debian: libpam-pkcs11). */
export type EventManager = {
  readonly name: string;
  readonly setting: string;
  readonly process: LineProcess;
  /** When its command ran: each time that it was told to, in milliseconds of the monotonic clock. */
  readonly events: Awaited<ManagerEvent>;
  stop(): Promise<void>;
};

export type ManagerEvent = { readonly kind: 'inserted' | 'removed'; readonly at: number };

/**
 * Its documentation knows whole seconds; one is its default and the least that makes sense: with 0 it asks without a
 * pause and takes most of a processor.
 */
export function startPkcs11EventManager(env: NodeJS.ProcessEnv): EventManager {
  const module = openscModule();
  const setting = 'polling_time = 1';
  return start('pkcs11_eventmgr', `${setting}; expire_time = 0; pkcs11_module = ${module};`, `${setting} s`, env);
}

/** It sleeps in SCardGetStatusChange; the timeout is only how often it looks whether there is a new reader. */
export function startCardEventManager(env: NodeJS.ProcessEnv): EventManager {
  const setting = 'timeout = 1000';
  return start('card_eventmgr', `${setting};`, `${setting} ms`, env);
}

/** The PKCS#11 module of OpenSC, wherever this architecture has it. */
export function openscModule(): string {
  const [module] = globSync('/usr/lib/*/opensc-pkcs11.so');
  if (module === undefined) throw new Error('opensc-pkcs11 is not installed');
  return module;
}

function start(name: string, settings: string, setting: string, env: NodeJS.ProcessEnv): EventManager {
  const folder = mkdtempSync(join(tmpdir(), `wardkey-${name}-`));
  const log = join(folder, 'stamps');
  writeFileSync(log, '');
  const stamp = compile('../bench/stamp.c', []);
  const on = (event: string, word: string) =>
    `event ${event} { on_error = ignore; action = "${stamp} ${log} ${word}"; }`;
  const config = join(folder, 'config');
  writeFileSync(
    config,
    [
      `${name} {`,
      'daemon = false;',
      'debug = false;',
      settings,
      on('card_insert', 'inserted'),
      on('card_remove', 'removed'),
      'event expire_time { on_error = ignore; action = "/bin/false"; }',
      '}',
      '',
    ].join('\n'),
  );
  const events = new Awaited<ManagerEvent>();
  const watcher = follow(log, events);
  const process = startLineProcess([name, `config_file=${config}`], { ...env, HOME: folder }, () => undefined);
  return {
    name,
    setting,
    process,
    events,
    stop: async () => {
      await process.end('SIGTERM');
      watcher.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Tells each line that is appended, once it is whole. */
function follow(file: string, events: Awaited<ManagerEvent>): FSWatcher {
  let told = 0;
  return watch(file, () => {
    const whole = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    for (const line of whole.slice(told)) {
      const [kind, ns] = line.split(' ');
      if (kind === 'inserted' || kind === 'removed') events.emit({ kind, at: Number(ns) / 1e6 });
    }
    told = whole.length;
  });
}
