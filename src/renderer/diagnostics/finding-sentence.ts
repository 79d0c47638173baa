import type { FailureCode } from '../../core/agent/failure-codes.ts';
import type { FindingView } from '../../core/contract/view.ts';
import { hasDeskStep } from '../../core/language/desk-steps.ts';
import type { Translator } from '../../core/language/translator.ts';

/** One finding in a sentence. The agent's own (`says`) is for the command line and in English. */
export function findingSentence({ check, state, code, detail }: FindingView, translator: Translator): string {
  const { text } = translator;
  if (code !== null) return text(`failures.${code}.says`);
  if (state === 'ok') return okSentence(check, detail, translator);
  switch (check) {
    case 'driver':
    case 'reader':
    case 'card':
    case 'network':
    case 'trust':
    case 'revocation':
      return text(`diagnostics.notChecked.${check}`);
    default:
      return text('diagnostics.notChecked.other');
  }
}

function okSentence(check: FindingView['check'], detail: string | null, { text, date, time }: Translator): string {
  switch (check) {
    case 'passcode':
      return detail === null
        ? text('diagnostics.ok.passcodeUnknown')
        : text('diagnostics.ok.passcode', { count: Number(detail) });
    case 'certificate':
      return detail === null
        ? text('diagnostics.ok.certificateUnknown')
        : text('diagnostics.ok.certificate', { count: Number(detail) });
    case 'trust':
      return text('diagnostics.ok.trust', { count: Number(detail) });
    case 'clock': {
      const at = Date.parse(detail ?? '');
      return text('diagnostics.ok.clock', { date: date(at), time: time(at) });
    }
    case 'policy':
      return detail === null ? text('diagnostics.ok.policyNone') : text('diagnostics.ok.policy', { detail });
    case 'driver':
      return detail === null ? text('diagnostics.ok.driver') : text('diagnostics.ok.driverInstalled', { detail });
    case 'service':
    case 'revocation':
    case 'settings':
    case 'agent':
      return text(`diagnostics.ok.${check}`);
    case 'reader':
    case 'card':
    case 'network':
    case 'desk':
    case 'lock':
      return text(`diagnostics.ok.${check}`, { detail: detail ?? '' });
  }
}

/** What to do about a trouble. The words of a failed unlock about the desk promise what nobody does here. */
export function findingStep(code: FailureCode, { text }: Translator): string {
  return hasDeskStep(code) ? text(`diagnostics.deskNext.${code}`) : text(`failures.${code}.next`);
}
