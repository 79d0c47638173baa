import { parsePageMessage } from '../../../src/main/host/browser/page-message.ts';
import { type FuzzTarget, seedsOf } from '../target.ts';

export default {
  name: 'page-message',
  seeds: () => seedsOf('page-message'),
  run: (input) => {
    const before = Object.keys(Object.prototype).length;
    const message = parsePageMessage(input);
    if (Object.keys(Object.prototype).length !== before) throw new Error('the prototype of all objects was changed');
    if (message === null) return;
    const { request, secrets } = message;
    const wanted = request.command !== 'attempt' ? 0 : request.kind === 'change' ? 2 : 1;
    if (secrets.length !== wanted) throw new Error('secrets that nobody asked for');
  },
} satisfies FuzzTarget;
