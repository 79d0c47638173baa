import type { FailureCode } from '../../core/agent/failure-codes.ts';
import type { ReaderStatus } from '../../core/agent/status.ts';
import type { ExpiryAlertView } from '../../core/contract/view.ts';
import type { Translator } from '../../core/language/translator.ts';
import type { DesktopNotification } from '../host/desktop-host.ts';

/**
 * What is said outside the window. Each has one key, so that the desktop shows one of its kind; none names a person: others
 * can see the screen.
 */
export const NOTICE_KEYS = {
  insertion: 'insertion',
  blocked: 'blocked',
  expiry: 'expiry',
  countdown: 'countdown',
  unattended: 'unattended',
  failed: 'failed',
  notShown: 'not-shown',
} as const;

/** The actions of notifications; the host brings back their ids. */
export type NoticeAction = 'open' | 'unlock' | 'renew' | 'lock' | 'here';

const notice = (
  key: string,
  title: string,
  body: string,
  urgency: DesktopNotification['urgency'],
  actions: ReadonlyArray<{ id: NoticeAction; label: string }>,
): DesktopNotification => ({ key, title, body, urgency, actions });

export const noticeOf = {
  insertion: ({ text }: Translator) =>
    notice(NOTICE_KEYS.insertion, text('desktop.insertion.title'), text('desktop.insertion.body'), 'normal', [
      { id: 'open', label: text('desktop.insertion.action') },
    ]),
  insertAgain: ({ text }: Translator) =>
    notice(
      NOTICE_KEYS.insertion,
      text('panel.state.awaiting-insertion'),
      text('panel.next.awaiting-insertion'),
      'normal',
      [{ id: 'open', label: text('desktop.menu.open') }],
    ),
  blocked: ({ text }: Translator) =>
    notice(NOTICE_KEYS.blocked, text('desktop.blocked.title'), text('desktop.blocked.body'), 'normal', [
      { id: 'unlock', label: text('desktop.blocked.action') },
    ]),
  /** A card that cannot sign anybody in as it is. */
  trouble: ({ text }: Translator, phase: 'certificate-trouble' | 'unreadable', trouble: FailureCode) =>
    notice(NOTICE_KEYS.insertion, text(`panel.state.${phase}`), text(`failures.${trouble}.says`), 'normal', [
      { id: 'open', label: text('desktop.menu.open') },
    ]),
  expiry: ({ text, date }: Translator, warning: Pick<ExpiryAlertView, 'daysLeft' | 'notAfter'>) =>
    notice(
      NOTICE_KEYS.expiry,
      warning.daysLeft === 0
        ? text('desktop.expiry.titleToday')
        : text('desktop.expiry.title', { count: warning.daysLeft }),
      text('desktop.expiry.body', { date: date(warning.notAfter) }),
      'normal',
      [{ id: 'renew', label: text('desktop.expiry.renew') }],
    ),
  countdown: ({ text }: Translator) =>
    notice(NOTICE_KEYS.countdown, text('desktop.countdown.title'), text('desktop.countdown.body'), 'urgent', [
      { id: 'lock', label: text('desktop.countdown.action') },
    ]),
  unattended: ({ text }: Translator) =>
    notice(NOTICE_KEYS.unattended, text('desktop.unattended.title'), text('desktop.unattended.body'), 'urgent', [
      { id: 'here', label: text('desktop.unattended.action') },
    ]),
  failed: ({ text }: Translator) =>
    notice(NOTICE_KEYS.failed, text('desktop.failed.title'), text('desktop.failed.body'), 'urgent', []),
  notShown: ({ text }: Translator, code: 'Window_NoBrowser' | 'Window_NotShown') =>
    notice(NOTICE_KEYS.notShown, text(`failures.${code}.says`), text(`failures.${code}.next`), 'normal', []),
} as const;

/** What is said of a card that came in and wants its user. */
export function noticeOfCard(translator: Translator, { phase, card }: ReaderStatus): DesktopNotification {
  switch (phase) {
    case 'blocked':
      return noticeOf.blocked(translator);
    case 'certificate-trouble':
    case 'unreadable':
      return noticeOf.trouble(translator, phase, card?.trouble ?? 'Card_Malformed');
    case 'awaiting-insertion':
      return noticeOf.insertAgain(translator);
    default:
      return noticeOf.insertion(translator);
  }
}
