import * as v from 'valibot';
import { type BusAnswer, type BusConnection, ERROR_NO_ANSWER, PROPERTIES, VariantRecordSchema } from './bus.ts';

export const LOGIN1 = 'org.freedesktop.login1';
export const LOGIN1_PATH = '/org/freedesktop/login1';
export const LOGIN1_MANAGER = 'org.freedesktop.login1.Manager';
export const LOGIN1_SESSION = 'org.freedesktop.login1.Session';
const LOGIN1_USER = 'org.freedesktop.login1.User';

/** What org.freedesktop.login1(5) says of a session, as far as locking and idleness go. */
export type SessionFacts = {
  readonly id: string;
  readonly path: string;
  /** 'x11', 'wayland', 'tty', ... */
  readonly type: string;
  readonly remote: boolean;
  readonly active: boolean;
  /** null: this logind does not know the property (before systemd 230). */
  readonly lockedHint: boolean | null;
  readonly idleHint: boolean;
  /** Milliseconds since the epoch; 0 where logind gives none. */
  readonly idleSince: number;
};

/** As much of a bus connection as finding a session needs. */
export type Caller = Pick<BusConnection, 'call'>;

export type SessionSearch =
  | { readonly path: string }
  /** `again`: the answer did not come; asking later may help. Otherwise a new session must appear first. */
  | { readonly path: null; readonly reason: string; readonly again: boolean };

export const SessionPropertiesSchema = v.object({
  Id: v.string(),
  Type: v.string(),
  Class: v.string(),
  Remote: v.boolean(),
  Active: v.boolean(),
  User: v.tuple([v.number(), v.string()]),
  LockedHint: v.optional(v.nullable(v.boolean()), null),
  IdleHint: v.optional(v.boolean(), false),
  IdleSinceHint: v.optional(v.bigint(), 0n),
});
type SessionProperties = v.InferOutput<typeof SessionPropertiesSchema>;

const PathSchema = v.tuple([v.string()]);
const DisplaySchema = v.object({ Display: v.tuple([v.string(), v.string()]) });
/** ListSessions: `a(susso)`: id, uid, user name, seat, object path. */
const SessionListSchema = v.tuple([v.array(v.tuple([v.string(), v.number(), v.string(), v.string(), v.string()]))]);

const GRAPHICAL = new Set(['x11', 'wayland', 'mir']);

/**
 * Finds the session whose screen is the user's: the one this process belongs to (XDG_SESSION_ID, else by process id), else
 * the user's display session, else any graphical session of the user, active ones first. A desktop started from a text
 * console (`startx`) runs in a session of type tty; so where nothing graphical is found, our own session counts.
 */
export async function findSession(
  bus: Caller,
  env: NodeJS.ProcessEnv,
  override: string | undefined,
): Promise<SessionSearch> {
  if (override !== undefined) {
    const path = await managerPath(bus, 'GetSession', 's', override);
    return 'path' in path ? path : { path: null, reason: `session ${override}: ${path.reason}`, again: path.again };
  }
  let unanswered = false;
  let own: string | null = null;
  for await (const candidate of candidates(bus, env)) {
    if ('again' in candidate) {
      unanswered ||= candidate.again;
      continue;
    }
    const properties = await readProperties(bus, candidate.path);
    if (properties === null || !isOurs(properties)) continue;
    if (GRAPHICAL.has(properties.Type)) return { path: candidate.path };
    if (candidate.own) own ??= candidate.path;
  }
  if (own !== null) return { path: own };
  return { path: null, reason: 'this user has no session with a screen in logind', again: unanswered };
}

type Candidate = { readonly path: string; readonly own: boolean } | { readonly again: boolean };

async function* candidates(bus: Caller, env: NodeJS.ProcessEnv): AsyncGenerator<Candidate> {
  const id = env.XDG_SESSION_ID;
  if (id) yield asCandidate(await managerPath(bus, 'GetSession', 's', id), true);
  // 0 stands for the caller: right also in a sandbox, where our process id is another outside.
  yield asCandidate(await managerPath(bus, 'GetSessionByPID', 'u', 0), true);

  const uid = process.getuid?.() ?? -1;
  const user = await managerPath(bus, 'GetUser', 'u', uid);
  if ('path' in user) {
    const display = v.safeParse(DisplaySchema, await readAll(bus, user.path, LOGIN1_USER));
    if (display.success && display.output.Display[0] !== '') yield { path: display.output.Display[1], own: false };
  }
  const answer = await manager(bus, 'ListSessions');
  const list = answer.ok ? v.safeParse(SessionListSchema, answer.body) : null;
  if (list?.success !== true) return;
  const ours = list.output[0].filter(([, owner]) => owner === uid).map(([, , , , path]) => path);
  const known = await Promise.all(ours.map(async (path) => ({ path, properties: await readProperties(bus, path) })));
  known.sort((a, b) => Number(b.properties?.Active ?? false) - Number(a.properties?.Active ?? false));
  for (const { path } of known) yield { path, own: false };
}

type PathAnswer = { readonly path: string } | { readonly reason: string; readonly again: boolean };

const asCandidate = (answer: PathAnswer, own: boolean): Candidate =>
  'path' in answer ? { path: answer.path, own } : { again: answer.again };

/** A login screen or a lock screen of the display manager is a session too, and not the user's. */
const isOurs = ({ Class, User }: SessionProperties): boolean =>
  Class.startsWith('user') && User[0] === process.getuid?.();

async function managerPath(
  bus: Caller,
  member: string,
  signature: string,
  argument: string | number,
): Promise<PathAnswer> {
  const answer = await manager(bus, member, signature, [argument]);
  if (!answer.ok) return { reason: answer.text, again: answer.error === ERROR_NO_ANSWER };
  const parsed = v.safeParse(PathSchema, answer.body);
  return parsed.success ? { path: parsed.output[0] } : { reason: 'unexpected answer', again: false };
}

function manager(bus: Caller, member: string, signature = '', body: readonly unknown[] = []): Promise<BusAnswer> {
  return bus.call({ destination: LOGIN1, path: LOGIN1_PATH, interface: LOGIN1_MANAGER, member, signature, body });
}

async function readAll(bus: Caller, path: string, of: string): Promise<unknown> {
  const answer = await bus.call({
    destination: LOGIN1,
    path,
    interface: PROPERTIES,
    member: 'GetAll',
    signature: 's',
    body: [of],
  });
  const parsed = answer.ok ? v.safeParse(v.tuple([VariantRecordSchema]), answer.body) : null;
  return parsed?.success === true ? parsed.output[0] : null;
}

async function readProperties(bus: Caller, path: string): Promise<SessionProperties | null> {
  const parsed = v.safeParse(SessionPropertiesSchema, await readAll(bus, path, LOGIN1_SESSION));
  return parsed.success ? parsed.output : null;
}

export async function readSession(bus: Caller, path: string): Promise<SessionFacts | null> {
  const properties = await readProperties(bus, path);
  return properties === null
    ? null
    : {
        id: properties.Id,
        path,
        type: properties.Type,
        remote: properties.Remote,
        active: properties.Active,
        lockedHint: properties.LockedHint,
        idleHint: properties.IdleHint,
        idleSince: Number(properties.IdleSinceHint / 1000n),
      };
}

const ChangedPropertiesSchema = v.object({
  Remote: v.optional(v.boolean()),
  Active: v.optional(v.boolean()),
  LockedHint: v.optional(v.boolean()),
  IdleHint: v.optional(v.boolean()),
  IdleSinceHint: v.optional(v.bigint()),
});

/** The facts after a PropertiesChanged; unchanged where its values are not of the kind that logind sends. */
export function withChanges(facts: SessionFacts, changed: Readonly<Record<string, unknown>>): SessionFacts {
  const parsed = v.safeParse(ChangedPropertiesSchema, changed);
  if (!parsed.success) return facts;
  const { Remote, Active, LockedHint, IdleHint, IdleSinceHint } = parsed.output;
  return {
    ...facts,
    remote: Remote ?? facts.remote,
    active: Active ?? facts.active,
    lockedHint: LockedHint ?? facts.lockedHint,
    idleHint: IdleHint ?? facts.idleHint,
    idleSince: IdleSinceHint === undefined ? facts.idleSince : Number(IdleSinceHint / 1000n),
  };
}
