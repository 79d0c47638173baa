import koffi from 'koffi';

/**
 * Foreign functions and structures as plain data, so that their layout can be asserted on a system that does not have the
 * libraries. Types are koffi's names: 'int32', 'uint32', 'void *', 'str16' (UTF-16, terminated), ...
 */
export type NativeStructure = Readonly<Record<string, string | { readonly of: string; readonly length: number }>>;

export type NativeParameter =
  | string
  /** A pointer that the callee fills, or reads and fills. */
  | { readonly direction: 'out' | 'inout'; readonly pointerTo: string | NativeStructure };

export type NativeFunction = {
  /** File name or path, resolved by the system's loader. */
  readonly library: string;
  readonly result: string;
  readonly parameters: readonly NativeParameter[];
};

export type NativeCall = (...args: unknown[]) => unknown;

export type NativeFailure = { readonly reason: 'library-missing' | 'symbol-missing'; readonly detail: string };

export const structureType = (structure: NativeStructure) =>
  koffi.struct(
    Object.fromEntries(
      Object.entries(structure).map(([name, type]) => [
        name,
        typeof type === 'string' ? type : koffi.array(type.of, type.length),
      ]),
    ),
  );

export const parameterType = (parameter: NativeParameter) => {
  if (typeof parameter === 'string') return parameter;
  const { direction, pointerTo } = parameter;
  const pointer = koffi.pointer(typeof pointerTo === 'string' ? pointerTo : structureType(pointerTo));
  return direction === 'out' ? koffi.out(pointer) : koffi.inout(pointer);
};

/**
 * Functions of a table, each found when it is first needed: a system that lacks one of them loses what depends on it and
 * nothing else.
 */
export class NativeFunctions<Name extends string> {
  readonly #table: Readonly<Record<Name, NativeFunction>>;
  readonly #found = new Map<Name, NativeCall | NativeFailure>();

  constructor(table: Readonly<Record<Name, NativeFunction>>) {
    this.#table = table;
  }

  find(name: Name): NativeCall | NativeFailure {
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const found = load(name, this.#table[name]);
    this.#found.set(name, found);
    return found;
  }

  /** Why `name` cannot be called; null if it can. */
  missing(name: Name): string | null {
    const found = this.find(name);
    return typeof found === 'function' ? null : `${found.reason}: ${found.detail}`;
  }

  /** Calls the function; null where it is missing (or returns nothing). */
  call(name: Name, ...args: unknown[]): unknown {
    const found = this.find(name);
    return typeof found === 'function' ? (found(...args) ?? null) : null;
  }
}

function load(name: string, { library, result, parameters }: NativeFunction): NativeCall | NativeFailure {
  let handle: ReturnType<typeof koffi.load>;
  try {
    handle = koffi.load(library);
  } catch {
    return { reason: 'library-missing', detail: library };
  }
  try {
    // __stdcall matters on 32-bit Windows only and is the same as the ordinary convention everywhere else.
    return handle.func('__stdcall', name, result, parameters.map(parameterType));
  } catch {
    return { reason: 'symbol-missing', detail: `${name} in ${library}` };
  }
}
