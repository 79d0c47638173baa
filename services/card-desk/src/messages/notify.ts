import axios from 'axios';
import { NotifyClient } from 'notifications-node-client';
import type { Settings } from '../settings.ts';
import { type Carrier, DeliveryError, type MessagePurpose } from './message.ts';

const PATIENCE_MS = 10_000;

/**
 * GOV.UK Notify by its own client. The texts are templates there, with the fields `code` and `help`; `language` is `en` or `cy`.
 * @param apiKey as Notify gives it: name, service id and secret
 */
export function notifyCarrier(
  baseUrl: string,
  apiKey: string,
  templates: Readonly<Record<MessagePurpose, string>>,
  organisation: Settings['organisation'],
): Carrier {
  const client = new NotifyClient(baseUrl, apiKey);
  client.setClient(axios.create({ timeout: PATIENCE_MS, maxRedirects: 0, proxy: false, maxContentLength: 100_000 }));
  return {
    async send({ id, purpose, channel, to, language, code }) {
      const options = {
        personalisation: { ...(code === null ? {} : { code }), help: organisation.help, language },
        reference: id,
      };
      try {
        await (channel === 'email'
          ? client.sendEmail(templates[purpose], to, options)
          : client.sendSms(templates[purpose], to, options));
      } catch (error) {
        throw deliveryErrorOf(error);
      }
    },
    close: () => undefined,
  };
}

/** Notify's 429 and 5xx pass; other answers would be the same again. Its messages quote what was sent. */
function deliveryErrorOf(error: unknown): DeliveryError {
  if (!axios.isAxiosError(error)) return new DeliveryError('Notify', false);
  const status = error.response?.status;
  if (status === undefined) return new DeliveryError(error.code ?? 'Notify', false);
  return new DeliveryError(`Notify ${status}`, status >= 400 && status < 500 && status !== 429);
}
