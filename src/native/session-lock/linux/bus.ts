import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import {
  DBusError,
  Message,
  type MessageBus,
  MessageFlag,
  MessageType,
  sessionBus,
  Variant,
} from '@jellybrick/dbus-next';
import * as v from 'valibot';
import { surviveUnreadable } from './unreadable-message.ts';

/** A method call as this folder makes them; `limitMs` bounds the wait for its answer (5 s unless told). */
export type BusCall = {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
  readonly limitMs?: number;
  /** Lets the bus start the service that the call is for; off unless told. */
  readonly autoStart?: boolean;
};

export type BusAnswer =
  | { readonly ok: true; readonly body: readonly unknown[] }
  | { readonly ok: false; readonly error: string; readonly text: string };

export type BusSignal = {
  /** The unique name of who sent it, stamped by the bus itself: the only thing about a signal that cannot be forged. */
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
};

/** A method that another program calls on us. `signature` is that of `body`, as the bus has checked it. */
export type ServedCall = Omit<BusSignal, 'interface'> & {
  readonly signature: string;
  /** undefined: the caller leaves it open. */
  readonly interface: string | undefined;
};

export type ServedAnswer =
  | { readonly ok: true; readonly signature: string; readonly body: readonly unknown[] }
  | { readonly ok: false; readonly error: string; readonly text: string };

const ANSWER_LIMIT_MS = 5_000;

export const BUS_NAME = 'org.freedesktop.DBus';
export const BUS_PATH = '/org/freedesktop/DBus';
export const PROPERTIES = 'org.freedesktop.DBus.Properties';

/** Error names of our own, for answers that never came from the bus. */
export const ERROR_DISCONNECTED = 'Disconnected';
export const ERROR_NO_ANSWER = 'NoAnswer';

const ERROR_UNREADABLE = 'the bus sent what cannot be read';

/**
 * One connection to a message bus, over `@jellybrick/dbus-next`, with what that library lacks: a call always ends (answer,
 * time limit or loss of the connection), and the loss of the connection is told. Nothing here rejects or throws.
 */
export class BusConnection {
  /** Resolves with the reason when the connection is gone, whoever ended it. */
  readonly closed: Promise<string>;
  readonly #bus: MessageBus;
  readonly #listeners = new Set<(signal: BusSignal) => void>();
  readonly #pending = new Set<(answer: BusAnswer) => void>();
  readonly #tellClosed: (reason: string) => void;
  #open = true;

  private constructor(bus: MessageBus) {
    this.#bus = bus;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    this.#tellClosed = resolve;
    bus.on('message', (message) => {
      if (message.type === MessageType.SIGNAL) this.#hear(message);
    });
    // The library's types leave 'error' out, but it emits it, and an unheard 'error' ends the process.
    const emitter: EventEmitter = bus;
    emitter.on('error', (error: unknown) => this.#end(describe(error)));
    const connection = connectionOf(bus);
    connection.on('end', () => this.#end('the bus closed the connection'));
    connection.once('connect', () => surviveUnreadable(streamOf(connection), () => this.#end(ERROR_UNREADABLE)));
  }

  /** Connects and says hello, within `limitMs`. `address` is a D-Bus server address such as `unix:path=/run/dbus/system_bus_socket`. */
  static async open(
    address: string,
    limitMs: number,
  ): Promise<{ readonly bus: BusConnection } | { readonly reason: string }> {
    // EXTERNAL only: the other ways read cookies from the home directory or prove nothing.
    const opened = new BusConnection(sessionBus({ busAddress: address, authMethods: ['EXTERNAL'] }));
    const limit = setTimeout(() => opened.#end(`no answer within ${limitMs} ms`), limitMs);
    const connected = new Promise<null>((resolve) => opened.#bus.once('connect', () => resolve(null)));
    const reason = await Promise.race([connected, opened.closed]);
    clearTimeout(limit);
    return reason === null ? { bus: opened } : { reason };
  }

  /** The name that the bus gave to this connection, such as `:1.42`. */
  get uniqueName(): string {
    return this.#bus.name ?? '';
  }

  get connected(): boolean {
    return this.#open;
  }

  call(call: BusCall): Promise<BusAnswer> {
    return this.prepare(call)();
  }

  /**
   * Builds and checks the message now; each call of the result writes it to the socket before it returns. Services are
   * not started by it unless told: what does not run cannot lock a screen in time.
   */
  prepare(call: BusCall): () => Promise<BusAnswer> {
    const message = new Message({
      destination: call.destination,
      path: call.path,
      interface: call.interface,
      member: call.member,
      flags: call.autoStart === true ? 0 : MessageFlag.NO_AUTO_START,
      ...(call.signature === undefined ? {} : { signature: call.signature, body: [...(call.body ?? [])] }),
    });
    const limitMs = call.limitMs ?? ANSWER_LIMIT_MS;
    return () => this.#send(message, `${call.interface}.${call.member}`, limitMs);
  }

  #send(message: Message, what: string, limitMs: number): Promise<BusAnswer> {
    if (!this.#open) return Promise.resolve(failure(ERROR_DISCONNECTED, 'not connected to the bus'));
    const { promise, resolve } = Promise.withResolvers<BusAnswer>();
    let limit: NodeJS.Timeout | undefined;
    const settle = (answer: BusAnswer) => {
      clearTimeout(limit);
      this.#pending.delete(settle);
      resolve(answer);
    };
    this.#pending.add(settle);
    // A serial that was used before is replaced, so one prepared message serves any number of calls.
    message.serial = null;
    this.#bus.call(message).then(
      (reply) => settle({ ok: true, body: reply?.body ?? [] }),
      (error: unknown) =>
        settle(
          error instanceof DBusError ? failure(error.type, error.text) : failure(ERROR_DISCONNECTED, describe(error)),
        ),
    );
    limit = setTimeout(
      () => settle(failure(ERROR_NO_ANSWER, `${what} was not answered within ${limitMs} ms`)),
      limitMs,
    );
    return promise;
  }

  /** Asks the bus to pass on what matches (D-Bus specification, "Match Rules"). */
  addMatch(rule: string): Promise<BusAnswer> {
    return this.#callBus('AddMatch', rule);
  }

  removeMatch(rule: string): Promise<BusAnswer> {
    return this.#callBus('RemoveMatch', rule);
  }

  /** The unique name of who owns a well-known name now, or null. */
  async ownerOf(name: string): Promise<string | null> {
    const answer = await this.#callBus('GetNameOwner', name);
    const parsed = answer.ok ? v.safeParse(v.tuple([v.string()]), answer.body) : null;
    return parsed?.success === true ? parsed.output[0] : null;
  }

  #callBus(member: string, argument: string): Promise<BusAnswer> {
    return this.call({
      destination: BUS_NAME,
      path: BUS_PATH,
      interface: BUS_NAME,
      member,
      signature: 's',
      body: [argument],
    });
  }

  /**
   * Hears every signal that reaches this connection. Any program may send a signal straight to us without a match rule,
   * so a listener compares the sender with the owner of the name it trusts.
   */
  onSignal(listener: (signal: BusSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Answers every method call that reaches this connection, in place of the library's own objects. Any program on the bus
   * may call. An answer that cannot be written is told to the caller as a failure, without saying why.
   */
  serve(answer: (call: ServedCall) => ServedAnswer): void {
    this.#bus.addMethodHandler((message) => {
      if (message.type !== MessageType.METHOD_CALL) return false;
      const wanted = (message.flags & MessageFlag.NO_REPLY_EXPECTED) === 0;
      try {
        const given = answer({ ...signalOf(message), signature: message.signature });
        if (!wanted) return true;
        this.#write(
          given.ok
            ? Message.newMethodReturn(message, given.signature, [...given.body])
            : Message.newError(message, given.error, given.text),
        );
      } catch {
        if (wanted) this.#write(Message.newError(message, 'org.freedesktop.DBus.Error.Failed', 'failed'));
      }
      return true;
    });
  }

  /** Sends a signal to whoever listens; nothing where the connection is gone. */
  emit(signal: Omit<BusSignal, 'sender'>, signature: string): void {
    this.#write(Message.newSignal(signal.path, signal.interface, signal.member, signature, [...signal.body]));
  }

  close(): void {
    this.#end('closed by us');
  }

  #write(message: Message): void {
    const stream = streamOf(connectionOf(this.#bus));
    // The library throws where the bus has gone and we have not been told yet.
    if (this.#open && stream?.writable === true) this.#bus.send(message);
  }

  #hear(message: Message): void {
    const signal = signalOf(message);
    for (const listener of this.#listeners) listener(signal);
  }

  #end(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#listeners.clear();
    for (const settle of this.#pending) settle(failure(ERROR_DISCONNECTED, reason));
    this.#bus.disconnect();
    // disconnect() only closes our half; a bus that hangs would hold the socket, and with it this process.
    streamOf(connectionOf(this.#bus))?.destroy();
    this.#tellClosed(reason);
  }
}

const failure = (error: string, text: string): BusAnswer => ({ ok: false, error, text });

const describe = (error: unknown): string =>
  error instanceof AggregateError || !(error instanceof Error) ? 'the bus cannot be reached' : error.message;

/** The library tells the end of a connection only on this internal emitter; without it a dead bus would look idle. */
function connectionOf(bus: MessageBus): EventEmitter {
  const connection: unknown = Reflect.get(bus, '_connection');
  if (!(connection instanceof EventEmitter)) throw new TypeError('dbus-next has changed: its connection is not found');
  return connection;
}

const streamOf = (connection: EventEmitter): Duplex | null => {
  const stream: unknown = Reflect.get(connection, 'stream');
  return stream instanceof Duplex ? stream : null;
};

const signalOf = (message: Message): BusSignal => ({
  sender: message.sender,
  path: message.path,
  interface: message.interface,
  member: message.member,
  body: message.body,
});

export const UnwrappedVariant = v.pipe(
  v.instance(Variant),
  v.transform((variant): unknown => variant.value),
);

/** An `a{sv}` as it comes from the bus, its variants unwrapped. */
export const VariantRecordSchema = v.record(v.string(), UnwrappedVariant);

/** The body of org.freedesktop.DBus.Properties.PropertiesChanged: interface, changed, invalidated. */
export const PropertiesChangedSchema = v.tuple([v.string(), VariantRecordSchema, v.array(v.string())]);

/** The body of org.freedesktop.DBus.NameOwnerChanged: name, old owner, new owner; the empty string is none. */
export const NameOwnerChangedSchema = v.tuple([v.string(), v.string(), v.string()]);

/** A NameOwnerChanged that the bus itself sent about one of `names`: the name and its new owner, or null for none. */
export function ownerChange(
  signal: BusSignal,
  names: readonly string[],
): { readonly name: string; readonly owner: string | null } | null {
  if (signal.sender !== BUS_NAME || signal.member !== 'NameOwnerChanged') return null;
  const parsed = v.safeParse(NameOwnerChangedSchema, signal.body);
  if (!parsed.success) return null;
  const [name, , owner] = parsed.output;
  return names.includes(name) ? { name, owner: owner === '' ? null : owner } : null;
}

export const ownerChangeRule = (name: string): string =>
  `type='signal',sender='${BUS_NAME}',interface='${BUS_NAME}',member='NameOwnerChanged',arg0='${name}'`;
