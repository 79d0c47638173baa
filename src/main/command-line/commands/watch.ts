import type { CardProcessMessage } from '../../../core/contract/card-process.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { PatientOutput } from '../patient-output.ts';
import { startCards } from '../start-cards.ts';

/** `wardkey watch`: readers and cards as they come and go, one line an event, until interrupted. Reads no card. */
export const watch: Command = async (_words, { json }) => {
  const cards = startCards();
  const out = new PatientOutput(process.stdout);
  cards.onMessage((message) => {
    if (message.type === 'answer' || message.type === 'progress' || message.type === 'alive') return;
    const { type, ...rest } = message;
    if (json)
      out.json({ event: type, ...rest, ...('atr' in rest ? { atr: Buffer.from(rest.atr).toString('hex') } : {}) });
    else out.line(sentence(message));
  });
  cards.onLost((reason) => {
    if (json) out.json({ event: 'card-process-lost', reason });
    else out.line(`The card process was lost (${reason}); it is being started again.`);
  });
  await Promise.race([untilInterrupted(), out.gone]);
  await cards.stop();
  await out.end();
  return EXIT.ok;
};

function sentence(message: CardProcessMessage): string {
  switch (message.type) {
    case 'service':
      return `Smartcard service: ${message.state}`;
    case 'readers':
      return message.readers.length === 0 ? 'No reader' : `Readers: ${message.readers.join(', ')}`;
    case 'inserted':
      return `Card in ${message.reader} (ATR ${Buffer.from(message.atr).toString('hex')})`;
    case 'mute':
      return `A card that does not answer in ${message.reader}`;
    case 'removed':
      return `Card out of ${message.reader} (${message.cause})`;
    case 'log':
      return `${message.level}: ${message.message}`;
    case 'surveyed':
      return 'Watching. End with Ctrl-C.';
    default:
      return message.type;
  }
}
