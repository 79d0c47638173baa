#!/usr/bin/env node
import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { fail, say } from './output.ts';

/** Each command is loaded only when it is used: `wardkey lock` should not wait for what `agent` needs. */
const COMMANDS: Record<string, { does: string; load: () => Promise<Command> }> = {
  agent: {
    does: 'run without a window (kiosks, thin clients); --json prints its life, one line an event',
    load: async () => (await import('./commands/agent.ts')).agent,
  },
  window: {
    does: 'run with the window in a browser; --hidden waits in the tray, --no-open serves the page only, --demo plays on virtual cards',
    load: async () => (await import('./commands/window.ts')).window,
  },
  watch: {
    does: 'readers and cards as they come and go; --json: one line an event',
    load: async () => (await import('./commands/watch.ts')).watch,
  },
  card: {
    does: 'readers, card, certificates, verdicts and tries left; costs no try',
    load: async () => (await import('./commands/card.ts')).card,
  },
  pin: {
    does: 'pin verify | change | unblock; passcodes on standard input or typed, one a line',
    load: async () => (await import('./commands/pin.ts')).pin,
  },
  ra: {
    does: 'ra sign-in: opens the page of the card desk for an RA, signed in with the own card; --no-open only makes it ready',
    load: async () => (await import('./commands/ra.ts')).ra,
  },
  lock: {
    does: 'lock this desktop and say whether it is truly locked',
    load: async () => (await import('./commands/lock.ts')).lock,
  },
  doctor: {
    does: 'check everything between a card and a locked desktop',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  policy: {
    does: 'policy show | policy check FILE',
    load: async () => (await import('./commands/policy.ts')).policy,
  },
  cert: {
    does: 'cert check FILE... --anchors PATH [--intermediates PATH] [--crl FILE] [--ocsp URL] [--at TIME] [--profile strict|rfc5280] [--accept-policy OID]',
    load: async () => (await import('./commands/cert.ts')).cert,
  },
  status: {
    does: 'what the running agent shows',
    load: async () => (await import('./commands/running-agent.ts')).status,
  },
  follow: {
    does: "the running agent's life, one line an event",
    load: async () => (await import('./commands/running-agent.ts')).follow,
  },
  stop: { does: 'end the running agent', load: async () => (await import('./commands/running-agent.ts')).stop },
};

/** From a command's end to the process's end at the latest. */
const LAST_MS = 1_000;

const HELP = [
  'Usage: wardkey COMMAND [--json] [--reader NAME] [--last-try] [--policy FILE] [--hidden] [--no-open] [--demo]',
  '',
  ...Object.entries(COMMANDS).map(([name, { does }]) => `  ${name.padEnd(8)} ${does}`),
  '',
  'Passcodes and unblocking codes are never taken from arguments.',
].join('\n');

async function main(): Promise<ExitCode> {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    return fail('Usage_Wrong', { json: process.argv.includes('--json'), detail });
  }
  const { values, positionals } = parsed;
  const [name, ...words] = positionals;
  const json = values.json ?? false;
  if (values.help === true || name === 'help' || name === undefined) {
    say(HELP);
    return name === undefined && values.help !== true ? EXIT.usage : EXIT.ok;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return fail('Usage_Wrong', { json, detail: `no command ${name}` });
  const run = await command.load();
  return run(words, {
    json,
    reader: values.reader ?? null,
    lastTry: values['last-try'] ?? false,
    policy: values.policy ?? null,
    hidden: values.hidden ?? false,
    noOpen: values['no-open'] ?? false,
    demo: values.demo ?? false,
    examination: {
      anchors: values.anchors ?? [],
      intermediates: values.intermediates ?? [],
      lists: values.crl ?? [],
      ocsp: values.ocsp ?? null,
      at: values.at ?? null,
      profile: values.profile ?? null,
      acceptedPolicies: values['accept-policy'] ?? [],
    },
  });
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      reader: { type: 'string' },
      'last-try': { type: 'boolean' },
      policy: { type: 'string' },
      hidden: { type: 'boolean' },
      'no-open': { type: 'boolean' },
      demo: { type: 'boolean' },
      anchors: { type: 'string', multiple: true },
      intermediates: { type: 'string', multiple: true },
      crl: { type: 'string', multiple: true },
      ocsp: { type: 'string' },
      at: { type: 'string' },
      profile: { type: 'string' },
      'accept-policy': { type: 'string', multiple: true },
    },
  });
}

// A reader of our lines that goes away (`wardkey watch | head`) is no error of ours.
process.stdout.on('error', () => undefined);

main().then(
  (code) => {
    process.exitCode = code;
    // A command that is done ends, even if whoever reads its lines has stalled or a foreign library still holds something open.
    setTimeout(() => process.exit(), LAST_MS).unref();
    if (process.stdout.writableLength > 0) setTimeout(() => process.exit(), LAST_MS);
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : 'unknown';
    process.stderr.write(`wardkey: Something went wrong inside Wardkey (${message}). Tell IT. [Internal]\n`);
    process.exitCode = EXIT.internal;
  },
);
