import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { DEMO_CARDS, type DemoCard, type DemoDeed } from '../../../src/core/contract/demo.ts';
import { VIEW_OUTCOMES, type ViewCommand, ViewSnapshotSchema } from '../../../src/core/contract/view.ts';
import { DemoWorld } from '../../../src/main/demo/demo-world.ts';
import { type RunningWindow, startWindow } from '../../../src/main/window/start-window.ts';
import { TEST_PIN } from '../../../src/simulator/pki/issue-card.ts';
import { ADA, BEN } from '../../../src/simulator/pki/person.ts';
import { RecordingHost } from '../../rig/recording-host.ts';
import { bytes } from './ward.ts';

/** `pause`: until no card is being read any more; without one the next step comes at once. */
type Step =
  | { readonly do: 'command'; readonly command: ViewCommand; readonly passcodes: readonly string[] }
  | { readonly do: 'dismiss-all' }
  | { readonly do: 'pause' };

const READERS = ['Wardkey virtual reader 1', 'Wardkey virtual reader 2', 'no such reader'] as const;
/** None can be part of anything else: digits that no date, number or card of here has. */
const PASSCODES = [TEST_PIN, '135790', '97531864'] as const;

const place = fc.constantFrom(0, 1);
const deed: fc.Arbitrary<DemoDeed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ deed: fc.constant('insert'), card: fc.constantFrom(...DEMO_CARDS), reader: place }),
  },
  { weight: 4, arbitrary: fc.record({ deed: fc.constant('pull'), reader: place }) },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom('kill-service', 'start-service', 'unlock-desktop', 'drop-session', 'go-idle', 'reset')
      .map((name): DemoDeed => ({ deed: name })),
  },
  fc.record({ deed: fc.constant('break-lock'), broken: fc.boolean() }),
  fc.record({ deed: fc.constant('grace'), seconds: fc.constantFrom(0, 10, 30) }),
);

const passcode = fc.constantFrom(...PASSCODES);
const withoutSecrets = (command: ViewCommand): Step => ({ do: 'command', command, passcodes: [] });

// `diagnose` and `make-report` would look the organisation's pages up on the network; they have tests of their own.
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: deed.map((each) => withoutSecrets({ command: 'demo', deed: each })) },
  {
    weight: 6,
    arbitrary: fc
      .record({
        kind: fc.constantFrom('verify', 'change'),
        reader: fc.constantFrom(...READERS),
        lastTry: fc.boolean(),
        passcodes: fc.tuple(passcode, passcode),
      })
      .map(
        ({ passcodes, ...attempt }): Step => ({
          do: 'command',
          command: { command: 'attempt', cardId: 'none', ...attempt },
          passcodes,
        }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom<ViewCommand>(
        { command: 'lock-now' },
        { command: 'still-here' },
        { command: 'introduced' },
        { command: 'quit' },
        { command: 'attended', attended: true },
        { command: 'open-page', page: 'renew' },
        { command: 'read-again', reader: READERS[0] },
        { command: 'dismiss-notice', id: 1 },
        { command: 'set-preference', change: { name: 'language', value: 'cy' } },
        { command: 'set-preference', change: { name: 'onInsertion', value: 'notify' } },
        { command: 'set-preference', change: { name: 'startAtLogin', value: true } },
      )
      .map(withoutSecrets),
  },
  fc.constant<Step>({ do: 'dismiss-all' }),
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'pause' }) },
);

/** In its certificates: the person's own, and that of the card itself. */
const holdersOf = (card: DemoCard | null): readonly string[] => {
  if (card === null) return [];
  const { name, uuid } = card === 'ben' ? BEN : ADA;
  return [name, `Card of ${uuid}`];
};

/** What must be true of every snapshot, whatever has happened. */
function mustHold(snapshot: unknown): void {
  const { demo, ...rest } = v.parse(ViewSnapshotSchema, snapshot);
  // The demo's own panel says the passcode of its cards; nothing else does.
  const said = JSON.stringify(rest);
  for (const each of PASSCODES) expect(said).not.toContain(each);
  for (const [at, { card }] of rest.readers.entries()) {
    const inReader = demo?.readers[at] ?? null;
    const holders = card?.certificates.flatMap(({ holder }) => (holder === null ? [] : [holder])) ?? [];
    for (const holder of holders) expect(holdersOf(inReader)).toContain(holder);
  }
}

async function nobodyReads({ agent: { runtime } }: RunningWindow): Promise<void> {
  const quiet = () =>
    runtime.state.readers.every(
      ({ slot }) => slot.kind !== 'card' || (slot.reading !== 'identifying' && slot.reading !== 'details'),
    );
  if (quiet()) return;
  await new Promise<void>((resolve) => {
    const stop = runtime.listen(() => {
      if (!quiet()) return;
      stop();
      resolve();
    });
  });
}

async function play(steps: readonly Step[]): Promise<void> {
  const world = await DemoWorld.open();
  const host = new RecordingHost();
  const window = await startWindow({ ...world.parts, folders: world.folders, openHost: host.open(), hidden: true });
  if (window === null) throw new Error('another agent runs here');
  /** As the page does it: the passcode is for the card that is shown in that reader. */
  const forTheCardShown = (command: ViewCommand): ViewCommand => {
    if (command.command !== 'attempt') return command;
    const shown = host.view.snapshot().readers.find(({ reader }) => reader === command.reader);
    return { ...command, cardId: shown?.card?.cardId ?? command.cardId };
  };
  const faults: unknown[] = [];
  const warned = (warning: unknown) => faults.push(warning);
  // What a listener of the agent throws is told as a warning.
  process.on('warning', warned);
  host.view.onChange(() => {
    try {
      mustHold(host.view.snapshot());
    } catch (fault) {
      faults.push(fault);
    }
  });
  const answers: Promise<void>[] = [];
  const perform = (command: ViewCommand, passcodes: readonly string[]) => {
    const secrets = passcodes.map(bytes);
    const answered = host.view.perform(command, secrets).then((outcome) => {
      v.parse(VIEW_OUTCOMES[command.command], outcome);
    });
    answers.push(answered);
  };
  try {
    for (const each of steps) {
      if (each.do === 'pause') await nobodyReads(window);
      else if (each.do === 'command') perform(forTheCardShown(each.command), each.passcodes);
      else for (const { id } of host.view.snapshot().alerts) perform({ command: 'dismiss-alert', id }, []);
      mustHold(host.view.snapshot());
    }
    await nobodyReads(window);
    await Promise.all(answers);
  } finally {
    process.off('warning', warned);
    await window.stop();
    world.close();
  }
  expect(faults).toEqual([]);
  const onDesktop = JSON.stringify(host.calls);
  for (const secret of [...PASSCODES, ADA.name, BEN.name]) expect(onDesktop).not.toContain(secret);
  // Never two of a kind in a row: shown and hidden exactly once each.
  const turns = host.calls.flatMap(({ call }) =>
    call === 'show-countdown' || call === 'hide-countdown' ? [call] : [],
  );
  for (const [at, turn] of turns.entries()) expect(turn).toBe(at % 2 === 0 ? 'show-countdown' : 'hide-countdown');
}

describe('whatever is done to cards, readers, service and desktop, in whatever order', () => {
  it('every snapshot is valid, knows no passcode and shows nobody’s name with another’s card', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), play), { numRuns: 25 });
  }, 60_000);
});
