import * as v from 'valibot';
import { CardInputSchema, enrolCard, PersonInputSchema, savePerson } from './administration.ts';
import type { Carrier } from './messages/message.ts';
import { letterOf } from './messages/texts.ts';
import { newKeyLine, parseKeyRing } from './secrets/key-ring.ts';
import { startService } from './service.ts';
import { parseSettings } from './settings.ts';
import { openPglite } from './store/pglite.ts';

/**
 * A card desk for a demonstration, which starts it as a process of its own and speaks to it over its channel: nothing of it is
 * kept, and what it would send is told to the demonstration instead. It ends with whoever started it.
 */

const OrderSchema = v.strictObject({
  port: v.number(),
  organisation: v.strictObject({ name: v.string(), help: v.string() }),
  people: v.array(PersonInputSchema),
  cards: v.array(CardInputSchema),
});

const VERSION = 'demonstration';
/** Whoever plays with it starts again and again. */
const NONE = '00000000-0000-4000-8000-000000000000';
const OFTEN = { count: 10_000 };

async function serve(order: v.InferOutput<typeof OrderSchema>): Promise<void> {
  const { port, organisation, people, cards } = order;
  const settings = parseSettings({
    origin: `http://127.0.0.1:${port}`,
    organisation,
    listen: { port },
    operations: null,
    // Neither is asked: the carriers below stand in their place.
    email: { by: 'smtp', from: 'desk@ward.example' },
    sms: {
      by: 'notify',
      templates: { 'unlock-code': NONE, 'address-code': NONE, unlocking: NONE, 'address-changed': NONE },
    },
    limits: { codesOfCard: OFTEN, codesOfCardADay: OFTEN, startsOfSource: OFTEN, messagesToAddress: OFTEN },
  });
  const carrier: Carrier = {
    send: async (message) => {
      const { subject, text } = letterOf(message, organisation);
      process.send?.({ mail: { subject, text } });
    },
    close: () => undefined,
  };
  const { desk } = await startService({
    settings,
    database: await openPglite(null),
    ring: parseKeyRing(newKeyLine('demonstration')),
    carriers: { email: carrier, mobile: carrier },
    log: () => undefined,
    version: VERSION,
  });
  for (const person of people) await savePerson(desk, person);
  for (const card of cards) await enrolCard(desk, card);
  process.send?.({ ready: true });
}

process.on('disconnect', () => process.exit());
process.once('message', (order) => void serve(v.parse(OrderSchema, order)));
