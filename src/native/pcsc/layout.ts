import koffi, { type TypeObject } from 'koffi';
import { type ParameterKind, PCSC_FUNCTIONS, type PcscFunctionName, type PcscPlatform } from './platform.ts';

type Parameter = TypeObject | string | ReturnType<typeof koffi.out>;

export type PcscTypes = {
  readonly readerState: TypeObject;
  readonly ioRequest: TypeObject;
  /** Result and parameters of a function, as koffi wants them. */
  readonly signature: (name: PcscFunctionName) => { result: string; parameters: Parameter[] };
};

/** Builds a platform's structures and signatures. Needs no library: any platform's can be built on any machine. */
export function typesOf(platform: PcscPlatform): PcscTypes {
  const struct = platform.packed ? koffi.pack : koffi.struct;
  const readerState = struct({
    szReader: 'const char *',
    pvUserData: 'void *',
    dwCurrentState: platform.dword,
    dwEventState: platform.dword,
    cbAtr: platform.dword,
    rgbAtr: koffi.array('uint8_t', platform.atrSize, 'Typed'),
  });
  const ioRequest = struct({ dwProtocol: platform.dword, cbPciLength: platform.dword });
  const dword = koffi.pointer(platform.dword);
  const handle = koffi.pointer(platform.handle);
  const parameters: Record<ParameterKind, Parameter> = {
    DWORD: platform.dword,
    CONTEXT: platform.handle,
    HANDLE: platform.handle,
    STRING: 'const char *',
    BYTES: 'uint8_t *',
    NULL: 'void *',
    OUT_DWORD: koffi.out(dword),
    INOUT_DWORD: koffi.inout(dword),
    OUT_CONTEXT: koffi.out(handle),
    OUT_HANDLE: koffi.out(handle),
    READER_STATES: koffi.inout(koffi.pointer(readerState)),
    IO_REQUEST: koffi.pointer(ioRequest),
  };
  return {
    readerState,
    ioRequest,
    signature: (name) => ({ result: platform.long, parameters: PCSC_FUNCTIONS[name].map((kind) => parameters[kind]) }),
  };
}
