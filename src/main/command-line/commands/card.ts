import { codeOfCardFailure, FAILURES } from '../../../core/agent/failure-codes.ts';
import type { AgentState } from '../../../core/agent/state.ts';
import { type ReaderStatus, readerStatus } from '../../../core/agent/status.ts';
import type { Command } from '../command.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { startObserver, whyNoCard } from '../observer.ts';
import { fail, say, sayJson } from '../output.ts';

/** `wardkey card`: readers, card identity, certificates and verdicts, tries left, state of the passcode. Costs no try. */
export const card: Command = async (_words, { json, reader, policy }) => {
  const observer = await startObserver(policy);
  try {
    await observer.settled();
    const { state } = observer.runtime;
    const shown = state.readers.filter(({ name }) => reader === null || name === reader);
    if (json) {
      sayJson({
        service: state.service,
        readers: shown.map((each) => ({ ...readerStatus(state, each), ...detail(each) })),
      });
      return shown.some(({ slot }) => slot.kind !== 'empty') ? EXIT.ok : exitCodeOf(whyNoCard(state, reader));
    }
    if (!shown.some(({ slot }) => slot.kind !== 'empty')) return fail(whyNoCard(state, reader), { json });
    for (const each of shown) for (const line of lines(readerStatus(state, each))) say(line);
    return EXIT.ok;
  } finally {
    await observer.stop();
  }
};

/** What machines want to know beyond what is shown: the whole identity, the state of the PIN, the full verdicts. */
function detail({ slot }: AgentState['readers'][number]) {
  if (slot.kind !== 'card') return {};
  const { identity, pin, certificates, failure } = slot;
  return { identity, pin, verdicts: certificates, failure: failure === null ? null : codeOfCardFailure(failure) };
}

function lines({ reader, phase, card: found }: ReaderStatus): string[] {
  if (found === null) return [`${reader}: ${phase === 'mute' ? FAILURES.Card_Mute.says : 'no card'}`];
  const head = `${reader}: ${phase}`;
  const tries = found.triesLeft === null ? [] : [`  tries left: ${found.triesLeft}`];
  const trouble = found.trouble === null ? [] : [`  ${FAILURES[found.trouble].says} ${FAILURES[found.trouble].next}`];
  const certificates = found.certificates
    .filter(({ holder }) => holder !== null)
    .map(({ slot, holder, issuer, verdict, reasons, notAfter, daysLeft }) => {
      const until = notAfter === null ? '' : new Date(notAfter).toISOString().slice(0, 10);
      const word = verdict === 'accepted' ? `valid until ${until}, ${daysLeft} days left` : reasons.join(', ');
      return `  ${slot}: ${holder}, issued by ${issuer}: ${word}`;
    });
  return [head, `  card: ${found.cardId ?? 'unknown'} (ATR ${found.atr})`, ...tries, ...certificates, ...trouble];
}
