import { Variant } from '@jellybrick/dbus-next';
import * as v from 'valibot';
import { PROPERTIES, type ServedAnswer, type ServedCall } from '../session-lock/linux/bus.ts';

/** A method as it is offered on a bus. Its arguments have the types of `takes`: the bus and the library have seen to that. */
export type ServedMethod = {
  /** D-Bus signatures of arguments and answer. */
  readonly takes: string;
  readonly gives: string;
  /** Answers the values of `gives`, or null where an argument means nothing here. */
  readonly run: (args: readonly unknown[]) => readonly unknown[] | null;
};

/** Every property is read only. */
export type ServedProperty = { readonly signature: string; readonly read: () => unknown };

export type ServedInterface = {
  readonly name: string;
  readonly properties: Readonly<Record<string, ServedProperty>>;
  readonly methods: Readonly<Record<string, ServedMethod>>;
  /** Signature of each signal that may be sent. */
  readonly signals: Readonly<Record<string, string>>;
};

/** What lies on each object path. */
export type ServedObjects = Readonly<Record<string, ServedInterface>>;

const ERROR = 'org.freedesktop.DBus.Error.';
const refused = (name: string, text: string): ServedAnswer => ({ ok: false, error: `${ERROR}${name}`, text });
const answered = (signature: string, ...body: unknown[]): ServedAnswer => ({ ok: true, signature, body });

/**
 * Answers one call on our objects, including the standard interfaces Properties, Introspectable and Peer (D-Bus
 * specification, "Standard Interfaces"). Names are looked up as own keys only: they are chosen by the caller.
 */
export function answerCall(objects: ServedObjects, call: ServedCall): ServedAnswer {
  if (call.interface === 'org.freedesktop.DBus.Introspectable' && call.member === 'Introspect')
    return answered('s', introspection(objects, call.path));
  if (call.interface === 'org.freedesktop.DBus.Peer' && call.member === 'Ping') return answered('');
  const object = own(objects, call.path);
  if (object === null) return refused('UnknownObject', 'no such object');
  if (call.interface === PROPERTIES) return answerProperties(object, call);
  // A call without an interface means whichever has the method (D-Bus specification, "Header Fields").
  const method = [undefined, object.name].includes(call.interface) ? own(object.methods, call.member) : null;
  if (method === null) return refused('UnknownMethod', 'no such method');
  const body = call.signature === method.takes ? method.run(call.body) : null;
  return body === null ? refused('InvalidArgs', 'invalid arguments') : answered(method.gives, ...body);
}

const GetSchema = v.tuple([v.string(), v.string()]);
const GetAllSchema = v.tuple([v.string()]);

function answerProperties(object: ServedInterface, call: ServedCall): ServedAnswer {
  if (call.member === 'Get' && v.is(GetSchema, call.body)) {
    const [of, name] = call.body;
    const property = of === object.name ? own(object.properties, name) : null;
    return property === null ? refused('UnknownProperty', 'no such property') : answered('v', variant(property));
  }
  if (call.member === 'GetAll' && v.is(GetAllSchema, call.body)) {
    if (call.body[0] !== object.name) return refused('UnknownInterface', 'no such interface');
    const all = Object.entries(object.properties).map(([name, property]) => [name, variant(property)]);
    return answered('a{sv}', Object.fromEntries(all));
  }
  if (call.member === 'Set') return refused('PropertyReadOnly', 'no property can be written');
  return refused('UnknownMethod', 'no such method');
}

const variant = ({ signature, read }: ServedProperty) => new Variant(signature, read());

const own = <T>(record: Readonly<Record<string, T>>, name: string): T | null =>
  Object.hasOwn(record, name) ? (record[name] ?? null) : null;

/** D-Bus specification, "Introspection Data Format". Our names and signatures need no escaping in XML. */
function introspection(objects: ServedObjects, path: string): string {
  const object = own(objects, path);
  const prefix = path === '/' ? '/' : `${path}/`;
  const below = Object.keys(objects).filter((each) => each !== path && each.startsWith(prefix));
  const children = new Set(below.map((each) => each.slice(prefix.length).split('/')[0]));
  const nodes = [...children].map((name) => `<node name="${name}"/>`);
  return `<node>${object === null ? '' : described(object)}${nodes.join('')}</node>`;
}

function described({ name, properties, methods, signals }: ServedInterface): string {
  const parts = [
    ...Object.entries(properties).map(
      ([property, { signature }]) => `<property name="${property}" type="${signature}" access="read"/>`,
    ),
    ...Object.entries(methods).map(([method, { takes, gives }]) => {
      const both = [...args(takes, ' direction="in"'), ...args(gives, ' direction="out"')];
      return `<method name="${method}">${both.join('')}</method>`;
    }),
    ...Object.entries(signals).map(
      ([signal, signature]) => `<signal name="${signal}">${args(signature, '').join('')}</signal>`,
    ),
  ];
  return `<interface name="${name}">${parts.join('')}</interface>`;
}

const args = (signature: string, direction: string) =>
  completeTypes(signature).map((type) => `<arg type="${type}"${direction}/>`);

/** `ia{sv}av` as its single complete types: `i`, `a{sv}`, `av`. */
export function completeTypes(signature: string): readonly string[] {
  const types: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < signature.length; index++) {
    const letter = signature.charAt(index);
    if ('({'.includes(letter)) depth++;
    if (')}'.includes(letter)) depth--;
    if (depth > 0 || letter === 'a') continue;
    types.push(signature.slice(start, index + 1));
    start = index + 1;
  }
  return types;
}
