import type { CardProcessMessage } from '../../../core/contract/card-process.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { untilInterrupted } from '../interruption.ts';
import { say, sayJson } from '../output.ts';
import { startCards } from '../start-cards.ts';

/** `wardkey watch`: readers and cards as they come and go, one line an event, until interrupted. Reads no card. */
export const watch: Command = async (_words, { json }) => {
  const cards = startCards();
  cards.onMessage((message) => {
    if (message.type === 'answer' || message.type === 'progress' || message.type === 'alive') return;
    const { type, ...rest } = message;
    if (json)
      sayJson({ event: type, ...rest, ...('atr' in rest ? { atr: Buffer.from(rest.atr).toString('hex') } : {}) });
    else say(sentence(message));
  });
  cards.onLost((reason) => {
    if (json) sayJson({ event: 'card-process-lost', reason });
    else say(`The card process was lost (${reason}); it is being started again.`);
  });
  await untilInterrupted();
  await cards.stop();
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
