import { Variant } from '@jellybrick/dbus-next';
import { expect, test } from 'vitest';
import { notificationText } from '../../src/native/linux-desktop/notification-text.ts';
import { notifyArguments } from '../../src/native/linux-desktop/notifications.ts';

const REQUEST = {
  key: 'expiry',
  title: 'Ends soon',
  body: 'In <7> days & counting',
  urgency: 'urgent',
  actions: [{ id: 'renew', label: 'Renew now' }],
} as const;
const capabilities = (...names: string[]) => new Set(names);

test('a body is markup to some servers and plain text to others', () => {
  expect(notificationText(REQUEST, capabilities('body', 'body-markup')).body).toBe('In &lt;7&gt; days &amp; counting');
  expect(notificationText(REQUEST, capabilities('body')).body).toBe(REQUEST.body);
});

test('a server that shows no body is told it in the summary', () => {
  expect(notificationText(REQUEST, capabilities())).toEqual({ summary: `Ends soon: ${REQUEST.body}`, body: '' });
});

test('text is bounded, and a cut never leaves half an escape', () => {
  const { summary, body } = notificationText(
    { title: 'x'.repeat(500), body: '<'.repeat(5_000) },
    capabilities('body', 'body-markup'),
  );
  expect(summary).toHaveLength(200);
  expect(body).toBe(`${'&lt;'.repeat(999)}…`);
});

test('urgent: critical and without end; normal: as the server likes', () => {
  const of = (urgency: 'normal' | 'urgent') =>
    notifyArguments({ ...REQUEST, urgency }, 7, capabilities('body'), { program: 'Wardkey' });
  expect(of('urgent')).toEqual(['Wardkey', 7, '', 'Ends soon', REQUEST.body, [], { urgency: new Variant('y', 2) }, 0]);
  expect(of('normal').slice(-2)).toEqual([{ urgency: new Variant('y', 1) }, -1]);
});

test('buttons only where the server draws any', () => {
  const args = notifyArguments(REQUEST, 0, capabilities('actions', 'body'), {
    program: 'Wardkey',
    desktopEntry: 'wardkey',
  });
  expect(args[5]).toEqual(['default', 'Ends soon', 'renew', 'Renew now']);
  expect(args[6]).toMatchObject({ 'desktop-entry': new Variant('s', 'wardkey') });
});
