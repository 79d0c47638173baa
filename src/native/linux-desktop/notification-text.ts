import { busLine, busParagraphs } from './bus-text.ts';

const TITLE_LIMIT = 200;
const BODY_LIMIT = 1_000;

export type NotificationText = { readonly summary: string; readonly body: string };

/**
 * The text of a notification for a server with these capabilities (Desktop Notifications specification, "Markup"): only one
 * with `body-markup` reads a body as markup, and one without `body` shows the summary alone.
 */
export function notificationText(
  { title, body }: { readonly title: string; readonly body: string },
  capabilities: ReadonlySet<string>,
): NotificationText {
  const summary = busLine(title, TITLE_LIMIT);
  const plain = busParagraphs(body, BODY_LIMIT);
  if (!capabilities.has('body') && plain !== '')
    return { summary: busLine(`${summary}: ${plain}`, BODY_LIMIT), body: '' };
  return { summary, body: capabilities.has('body-markup') ? escapeMarkup(plain) : plain };
}

export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
