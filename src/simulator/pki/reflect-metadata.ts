/**
 * What tsyringe, on which @peculiar/x509 stands, asks of Reflect before it agrees to load: a table of notes about
 * classes. It is all of the reflect-metadata package that is ever called here, so that package is not a dependency.
 * Import this before @peculiar/x509.
 */
const notes = new WeakMap<object, Map<unknown, unknown>>();

function define(key: unknown, value: unknown, target: object): void {
  const ofTarget = notes.get(target) ?? new Map<unknown, unknown>();
  notes.set(target, ofTarget.set(key, value));
}

function getOwn(key: unknown, target: object): unknown {
  return notes.get(target)?.get(key);
}

function get(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Reflect.getPrototypeOf(at)) {
    if (notes.get(at)?.has(key) === true) return getOwn(key, at);
  }
  return undefined;
}

// Whoever loaded the real one first keeps it.
if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { defineMetadata: define, getOwnMetadata: getOwn, getMetadata: get });
}
