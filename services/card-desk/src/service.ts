import type { Desk } from './desk.ts';
import type { Log } from './http/log.ts';
import { traceOf } from './http/log.ts';
import { operationsServer } from './http/operations-server.ts';
import { deskServer } from './http/server.ts';
import type { Carrier } from './messages/message.ts';
import { notifyCarrier } from './messages/notify.ts';
import { MessageSender } from './messages/sender.ts';
import { smtpCarrier } from './messages/smtp.ts';
import { Metrics } from './metrics.ts';
import type { KeyRing } from './secrets/key-ring.ts';
import { type Settings, SettingsError, secretOf } from './settings.ts';
import { type Database, DatabaseUnavailable } from './store/database.ts';
import { checkKeys } from './store/key-checks.ts';
import { migrate } from './store/migrations.ts';
import { sweep } from './sweeper.ts';

const SWEEP_MS = 30_000;

export type Service = {
  readonly desk: Desk;
  /** Where the API listens. */
  readonly address: string;
  /** Where /metrics and /healthz are; null: nowhere. */
  readonly operationsAddress: string | null;
  /** Takes other keys and reads the TLS files anew. */
  reload(ring: KeyRing): Promise<void>;
  /** Lets what is under way end, then closes everything, the database last. */
  close(): Promise<void>;
};

export type ServiceNeeds = {
  readonly settings: Settings;
  readonly database: Database;
  readonly ring: KeyRing;
  readonly carriers: Readonly<Record<'email' | 'mobile', Carrier | null>>;
  readonly log: Log;
  readonly version: string;
  readonly now?: () => Date;
};

/** A whole desk on a database: migrated, listening, sending. Rejects, with everything closed again, if it cannot. */
export async function startService(needs: ServiceNeeds): Promise<Service> {
  const { settings, database, log, carriers, version, now = () => new Date() } = needs;
  let { ring } = needs;
  const metrics = new Metrics();
  const sender = new MessageSender({
    database,
    ring: () => ring,
    now,
    metrics,
    carriers,
    onProblem: ({ what, code }) => log({ level: 'warn', event: what, code }),
  });
  const desk: Desk = { database, ring: () => ring, settings, now, metrics, wake: () => sender.wake() };
  const server = deskServer(desk, log, version);
  const operations = settings.operations === null ? null : operationsServer(desk, settings.operations);
  let sweeping: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | null = null;

  async function close(): Promise<void> {
    if (timer !== null) clearInterval(timer);
    await server.close();
    await operations?.close();
    await sender.stop();
    await sweeping;
    await database.close();
  }

  try {
    const applied = await migrate(database);
    if (applied.length > 0) log({ level: 'info', event: 'migrated', count: applied.length });
    await checkKeys(database, ring, now());
    const operationsAddress = (await operations?.listen()) ?? null;
    const address = await server.listen();
    sender.start();
    timer = setInterval(() => {
      sweeping = sweep(desk).then(
        () => undefined,
        (error: unknown) =>
          log({
            level: 'warn',
            event: 'sweep',
            ...(error instanceof DatabaseUnavailable ? { code: error.message } : traceOf(error)),
          }),
      );
    }, SWEEP_MS);
    log({ level: 'info', event: 'listening', address });
    return {
      desk,
      address,
      operationsAddress,
      async reload(fresh) {
        await checkKeys(database, fresh, now());
        ring = fresh;
        server.reloadTls();
        log({ level: 'info', event: 'reloaded' });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The carriers that the settings name, with their secrets from the environment. */
export function carriersOf(settings: Settings, environment: NodeJS.ProcessEnv): ServiceNeeds['carriers'] {
  const { email, sms, notify, organisation } = settings;
  const wanted = (name: Parameters<typeof secretOf>[0]) => {
    const secret = secretOf(name, environment);
    if (secret === null) throw new SettingsError(`${name} is not set, and the settings need it`);
    return secret;
  };
  const byNotify = (templates: Parameters<typeof notifyCarrier>[2]) =>
    notifyCarrier(notify.baseUrl ?? '', wanted('CARD_DESK_NOTIFY_API_KEY'), templates, organisation);
  return {
    email:
      email.by === 'none'
        ? null
        : email.by === 'smtp'
          ? smtpCarrier(wanted('CARD_DESK_SMTP_URL'), email.from, organisation)
          : byNotify(email.templates),
    mobile: sms.by === 'none' ? null : byNotify(sms.templates),
  };
}
