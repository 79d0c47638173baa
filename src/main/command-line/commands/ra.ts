import { dirname, join } from 'node:path';
import { codeOfPasscodeProblem } from '../../../core/agent/failure-codes.ts';
import { checkForVerifying } from '../../../core/agent/passcode-policy.ts';
import { cardIn } from '../../../core/agent/state.ts';
import { theOnlyCard } from '../../agent/the-only-card.ts';
import { DeskClient } from '../../card-desk/desk-client.ts';
import { signInAsRa } from '../../card-desk/ra-sign-in.ts';
import { openFile } from '../../host/browser/open-address.ts';
import { LaunchPage } from '../../host/launch-page.ts';
import { customaryFolders, policyFile, settingsFolder } from '../../store/folders.ts';
import { loadPolicy } from '../../store/policy-source.ts';
import { openSettings } from '../../store/settings.ts';
import type { Command, CommandOptions } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { type Observer, startObserver } from '../observer.ts';
import { fail, say, sayJson } from '../output.ts';
import { readSecrets } from '../secret-input.ts';
import { detailOfTries } from './pin.ts';

/**
 * `wardkey ra sign-in`: signs an RA in at the card desk, with the own card in the reader, and opens the desk's page in the
 * browser, signed in. The passcode is typed or comes from standard input.
 */
export const ra: Command = async ([word, ...more], options) => {
  const { json, policy: path } = options;
  if (word !== 'sign-in' || more.length > 0) return fail('Usage_Wrong', { json, detail: 'ra needs sign-in' });
  const { policy } = await loadPolicy(path ?? policyFile());
  const client = new DeskClient({ policy: policy.desk });
  if (client.origin === null) return fail('Desk_NotSet', { json });
  const observer = await startObserver(path);
  try {
    await observer.settled();
    return await signIn(observer, client, options);
  } finally {
    await observer.stop();
  }
};

async function signIn(observer: Observer, client: DeskClient, options: CommandOptions): Promise<ExitCode> {
  const { json, reader, lastTry } = options;
  const { runtime, cards } = observer;
  const { preferredReader } = openSettings(settingsFolder(), () => undefined).get();
  const chosen = reader === null ? theOnlyCard(runtime.state, preferredReader) : { reader };
  if ('code' in chosen) return fail(chosen.code, { json });
  const card = cardIn(runtime.state, chosen.reader);
  const cardId = card?.identity?.cardId;
  if (card === null || cardId === undefined) return fail('Card_None', { json });

  const [pin] = (await readSecrets(['Passcode'])) ?? [];
  if (pin === undefined) return fail('Passcode_Missing', { json });
  const problem = checkForVerifying(pin);
  if (problem !== null) {
    pin.fill(0);
    return fail(codeOfPasscodeProblem(problem, 'verifying'), { json });
  }
  const request: Parameters<typeof signInAsRa>[0]['request'] = (order) =>
    cards.request(chosen.reader, card.insertion, order);
  const result = await signInAsRa({ client, pin, cardId, lastTry, request });
  if (!result.ok) {
    const { code, triesLeft } = result;
    return fail(code, { json, ...(triesLeft === undefined ? {} : { detail: detailOfTries(triesLeft) }) });
  }
  return await openPage(result, options);
}

/** By a file that only this user can read: a browser's command line is everybody's to read. What it holds is soon worth nothing. */
async function openPage(
  { address, expiresAt }: { readonly address: string; readonly expiresAt: string },
  { json, policy, noOpen }: CommandOptions,
): Promise<ExitCode> {
  const folder = join(dirname(customaryFolders(policy).launch), 'ra');
  const file = new LaunchPage(folder).write(address);
  if (!noOpen && !(await openFile(file))) return fail('Desk_PageNotOpened', { json, detail: file });
  if (json) sayJson({ ok: true, page: file, expiresAt });
  else say(noOpen ? `Open this file in a browser within a minute: ${file}` : 'The page of the card desk opens.');
  return EXIT.ok;
}
