import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/**
 * Stands in for GOV.UK Notify, which cannot be reached from here: the documented part of its HTTP API that sends text messages
 * and emails, with its token (JWT, HS256, `iss` the service, `iat` within 30 seconds), its answers and its errors.
 * It has not been compared with the service itself.
 */

export const SERVICE_ID = '1b1a2b3c-0000-4000-8000-000000000001';
export const SECRET = '2b1a2b3c-0000-4000-8000-000000000002';
/** As Notify gives keys: a name, the service and the secret. */
export const API_KEY = `desk-${SERVICE_ID}-${SECRET}`;

export type Notification = {
  readonly path: string;
  readonly template_id: string;
  readonly email_address?: string;
  readonly phone_number?: string;
  readonly personalisation: Readonly<Record<string, string>>;
  readonly reference: string;
};

export class NotifyStandIn {
  readonly received: Notification[] = [];
  /** The status that the next request is refused with. */
  failNext: number | null = null;
  readonly url: string;
  private readonly server: Server;

  private constructor(server: Server, url: string) {
    this.server = server;
    this.url = url;
  }

  static async start(): Promise<NotifyStandIn> {
    let notify: NotifyStandIn | null = null;
    const server = createServer((request, response) => {
      void notify?.answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    notify = new NotifyStandIn(
      server,
      `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    );
    return notify;
  }

  async end(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += String(part);
    const say = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const error = (status: number, name: string, message: string) =>
      say(status, { status_code: status, errors: [{ error: name, message }] });
    if (!isToken(request.headers.authorization)) return error(403, 'AuthError', 'Invalid token: API key not found');
    const body = JSON.parse(text) as Notification;
    if (this.failNext !== null) {
      const status = this.failNext;
      this.failNext = null;
      const to = body.email_address ?? body.phone_number;
      return error(status, status === 429 ? 'RateLimitError' : 'BadRequestError', `refused for ${to}`);
    }
    const path = request.url ?? '';
    const fits =
      (path === '/v2/notifications/email' && body.email_address !== undefined) ||
      (path === '/v2/notifications/sms' && body.phone_number !== undefined);
    if (request.method !== 'POST' || !fits) return error(400, 'ValidationError', 'not a notification');
    this.received.push({ ...body, path });
    say(201, {
      id: '740e5834-3a29-46b4-9a6f-16142fde533a',
      reference: body.reference,
      content: { body: '', from_number: '40604' },
      uri: `${this.url}${path}/740e5834-3a29-46b4-9a6f-16142fde533a`,
      template: { id: body.template_id, version: 1, uri: `${this.url}/v2/template/${body.template_id}` },
    });
  }
}

function isToken(authorization: string | undefined): boolean {
  const [, head = '', payload = '', signature = ''] =
    /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '') ?? [];
  const own = createHmac('sha256', SECRET).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (own.length !== given.length || !timingSafeEqual(own, given)) return false;
  const { iss, iat } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { iss: string; iat: number };
  return iss === SERVICE_ID && Math.abs(Date.now() / 1000 - iat) < 30;
}
