import koffi, { type TypeObject } from 'koffi';
import { describe, expect, test } from 'vitest';
import { typesOf } from '../../src/native/pcsc/layout.ts';
import {
  LINUX,
  MACOS,
  PCSC_FUNCTIONS,
  type PcscFunctionName,
  type PcscPlatform,
  WINDOWS,
} from '../../src/native/pcsc/platform.ts';

const NAMES = Object.keys(PCSC_FUNCTIONS).filter((name): name is PcscFunctionName => name in PCSC_FUNCTIONS);

function layoutOf(platform: PcscPlatform) {
  const { readerState, ioRequest } = typesOf(platform);
  const offsets = Object.values(readerState.members ?? {}).map(({ name, offset }) => [name, offset]);
  return { size: readerState.size, offsets: Object.fromEntries(offsets), ioRequest: ioRequest.size };
}

/** A signature as a C programmer would write it, after koffi has parsed it; `out` and `inout` as koffi copies values back. */
function prototypeOf(platform: PcscPlatform, name: PcscFunctionName): string {
  const { result, parameters } = typesOf(platform).signature(name);
  const { proto } = koffi.proto(result, parameters);
  if (proto === undefined) throw new Error('koffi made no prototype');
  const kinds = proto.arguments.map((argument) => {
    const { type, direction } = asDirected(argument);
    const kind = type.ref === undefined ? type.primitive : `${type.ref.primitive}*`;
    return { Input: kind, Output: `out ${kind}`, 'Input/Output': `inout ${kind}` }[direction];
  });
  return `${proto.result.primitive}(${kinds.join(', ')})`;
}

/** koffi's typings forget that a prototype's arguments have a direction. */
function asDirected(argument: object): { type: TypeObject; direction: string } {
  if ('type' in argument && 'direction' in argument)
    return { type: Object(argument.type), direction: String(argument.direction) };
  throw new Error('koffi describes prototypes in another way now');
}

describe('SCARD_READERSTATE and SCARD_IO_REQUEST are laid out', () => {
  test('on 64-bit Linux with natural alignment and 64-bit DWORDs (pcsclite.h)', () => {
    expect(layoutOf(LINUX)).toEqual({
      size: 80,
      offsets: { szReader: 0, pvUserData: 8, dwCurrentState: 16, dwEventState: 24, cbAtr: 32, rgbAtr: 40 },
      ioRequest: 16,
    });
  });

  test('on macOS packed to single bytes with 32-bit DWORDs (PCSC/pcsclite.h)', () => {
    expect(layoutOf(MACOS)).toEqual({
      size: 61,
      offsets: { szReader: 0, pvUserData: 8, dwCurrentState: 16, dwEventState: 20, cbAtr: 24, rgbAtr: 28 },
      ioRequest: 8,
    });
  });

  test('on Windows with 32-bit DWORDs and 36 bytes of ATR (winscard.h)', () => {
    expect(layoutOf(WINDOWS)).toEqual({
      size: 64,
      offsets: { szReader: 0, pvUserData: 8, dwCurrentState: 16, dwEventState: 20, cbAtr: 24, rgbAtr: 28 },
      ioRequest: 8,
    });
  });
});

describe('function signatures', () => {
  const expected: Record<PcscFunctionName, readonly [linux: string, macos: string, windows: string]> = {
    SCardEstablishContext: [
      'Int64(UInt64, Void*, Void*, out Int64*)',
      'Int32(UInt32, Void*, Void*, out Int32*)',
      'Int32(UInt32, Void*, Void*, out UInt64*)',
    ],
    SCardReleaseContext: ['Int64(Int64)', 'Int32(Int32)', 'Int32(UInt64)'],
    SCardIsValidContext: ['Int64(Int64)', 'Int32(Int32)', 'Int32(UInt64)'],
    SCardListReaders: [
      'Int64(Int64, Void*, UInt8*, inout UInt64*)',
      'Int32(Int32, Void*, UInt8*, inout UInt32*)',
      'Int32(UInt64, Void*, UInt8*, inout UInt32*)',
    ],
    SCardGetStatusChange: [
      'Int64(Int64, UInt64, inout Record*, UInt64)',
      'Int32(Int32, UInt32, inout Record*, UInt32)',
      'Int32(UInt64, UInt32, inout Record*, UInt32)',
    ],
    SCardCancel: ['Int64(Int64)', 'Int32(Int32)', 'Int32(UInt64)'],
    SCardConnect: [
      'Int64(Int64, String, UInt64, UInt64, out Int64*, out UInt64*)',
      'Int32(Int32, String, UInt32, UInt32, out Int32*, out UInt32*)',
      'Int32(UInt64, String, UInt32, UInt32, out UInt64*, out UInt32*)',
    ],
    SCardReconnect: [
      'Int64(Int64, UInt64, UInt64, UInt64, out UInt64*)',
      'Int32(Int32, UInt32, UInt32, UInt32, out UInt32*)',
      'Int32(UInt64, UInt32, UInt32, UInt32, out UInt32*)',
    ],
    SCardDisconnect: ['Int64(Int64, UInt64)', 'Int32(Int32, UInt32)', 'Int32(UInt64, UInt32)'],
    SCardBeginTransaction: ['Int64(Int64)', 'Int32(Int32)', 'Int32(UInt64)'],
    SCardEndTransaction: ['Int64(Int64, UInt64)', 'Int32(Int32, UInt32)', 'Int32(UInt64, UInt32)'],
    SCardStatus: [
      'Int64(Int64, UInt8*, inout UInt64*, out UInt64*, out UInt64*, UInt8*, inout UInt64*)',
      'Int32(Int32, UInt8*, inout UInt32*, out UInt32*, out UInt32*, UInt8*, inout UInt32*)',
      'Int32(UInt64, UInt8*, inout UInt32*, out UInt32*, out UInt32*, UInt8*, inout UInt32*)',
    ],
    SCardTransmit: [
      'Int64(Int64, Record*, UInt8*, UInt64, Void*, UInt8*, inout UInt64*)',
      'Int32(Int32, Record*, UInt8*, UInt32, Void*, UInt8*, inout UInt32*)',
      'Int32(UInt64, Record*, UInt8*, UInt32, Void*, UInt8*, inout UInt32*)',
    ],
    SCardControl: [
      'Int64(Int64, UInt64, UInt8*, UInt64, UInt8*, UInt64, out UInt64*)',
      'Int32(Int32, UInt32, UInt8*, UInt32, UInt8*, UInt32, out UInt32*)',
      'Int32(UInt64, UInt32, UInt8*, UInt32, UInt8*, UInt32, out UInt32*)',
    ],
    SCardGetAttrib: [
      'Int64(Int64, UInt64, UInt8*, inout UInt64*)',
      'Int32(Int32, UInt32, UInt8*, inout UInt32*)',
      'Int32(UInt64, UInt32, UInt8*, inout UInt32*)',
    ],
  };

  test.each(NAMES)('%s is declared as each platform declares it', (name) => {
    expect([prototypeOf(LINUX, name), prototypeOf(MACOS, name), prototypeOf(WINDOWS, name)]).toEqual(expected[name]);
  });

  test('Windows calls the functions that take 8-bit names by their A symbols, by its own convention', () => {
    expect(WINDOWS.symbols).toEqual({
      SCardListReaders: 'SCardListReadersA',
      SCardGetStatusChange: 'SCardGetStatusChangeA',
      SCardConnect: 'SCardConnectA',
      SCardStatus: 'SCardStatusA',
    });
    expect(WINDOWS.convention).toBe('__stdcall');
  });

  test('macOS takes the control function that has a control code', () => {
    expect(MACOS.symbols).toEqual({ SCardControl: 'SCardControl132' });
  });
});

test('each platform has its library, and its own numbers for control codes', () => {
  expect([LINUX, MACOS, WINDOWS].map(({ library }) => library)).toEqual([
    'libpcsclite.so.1',
    '/System/Library/Frameworks/PCSC.framework/PCSC',
    'winscard.dll',
  ]);
  expect([LINUX, MACOS, WINDOWS].map(({ controlCode }) => controlCode(3400))).toEqual([
    0x42000d48, 0x42000d48, 0x00313520,
  ]);
});
