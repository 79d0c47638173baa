import { createTransport } from 'nodemailer';
import type { Settings } from '../settings.ts';
import { type Carrier, DeliveryError } from './message.ts';
import { letterOf } from './texts.ts';

const PATIENCE_MS = 10_000;

/**
 * Email by an SMTP server. @param url `smtp://` or `smtps://`, with user and password if the server wants them; except on this
 * machine nothing is sent without TLS.
 */
export function smtpCarrier(url: string, from: string, organisation: Settings['organisation']): Carrier {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  const transport = createTransport({
    host: hostname.replaceAll(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !local,
    ignoreTLS: false,
    ...(local ? { tls: { rejectUnauthorized: false } } : {}),
    ...(username === '' ? {} : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    pool: true,
    maxConnections: 4,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1).replaceAll(/[^\w.-]/g, '');
  return {
    async send(message) {
      const { subject, text } = letterOf(message, organisation);
      try {
        await transport.sendMail({
          from,
          to: { name: '', address: message.to },
          subject,
          text,
          // The same for a message that is sent again because its first answer was lost: mailboxes show it once.
          messageId: `<${message.id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated', 'Content-Language': message.language },
        });
      } catch (error) {
        throw deliveryErrorOf(error);
      }
    },
    close: () => transport.close(),
  };
}

/** Nodemailer's own errors quote the server, and the server quotes the address. */
function deliveryErrorOf(error: unknown): DeliveryError {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const responseCode = error instanceof Error && 'responseCode' in error ? error.responseCode : null;
  if (typeof responseCode === 'number') return new DeliveryError(`SMTP ${responseCode}`, responseCode >= 500);
  return new DeliveryError(typeof code === 'string' ? code : 'SMTP', code === 'EENVELOPE');
}
