import { look } from './gallery.ts';
import { blockedCard, READER, test } from './scripted-agent.ts';
import { expect } from './window.ts';

/** Troubles that a person hears of in the window, on an agent that follows a script: those of revocation take hours to come by. */

test('what could not be checked is told with its end, in both languages, and may be read away', async ({
  page,
  script,
}) => {
  const until = new Date(2026, 10, 26, 9, 5).getTime();
  script.tell({
    phase: 'active',
    readers: [{ reader: READER, phase: 'active', card: { ...blockedCard, triesLeft: 3, activeSince: until } }],
    notices: [
      { id: 1, code: 'Revocation_InGrace', until },
      { id: 2, code: 'Revocation_RunningOut', until },
      { id: 3, code: 'Trust_Ending' },
    ],
  });
  const notices = page.getByRole('region', { name: 'For your attention' }).locator('.nhsuk-inset-text');
  await expect(notices).toHaveCount(3);
  await expect(notices.nth(0)).toContainText('For a limited time it may be used all the same.');
  await expect(notices.nth(0)).toContainText('Until 09:05 on 26 November 2026');
  await expect(notices.nth(1)).toContainText('Cards may then be refused.');
  await expect(notices.nth(2)).not.toContainText('Until');
  await look({ page, dress: script.dress }, 'notices');
  await notices.nth(1).getByRole('button').click();
  expect(await script.next()).toMatchObject({ command: { command: 'dismiss-notice', id: 2 } });
});
