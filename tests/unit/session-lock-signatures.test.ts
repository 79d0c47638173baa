import koffi from 'koffi';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { MacosApi } from '../../src/native/session-lock/macos/macos-api.ts';
import { MACOS_FUNCTIONS } from '../../src/native/session-lock/macos/signatures.ts';
import {
  type NativeFunction,
  NativeFunctions,
  parameterType,
  structureType,
} from '../../src/native/session-lock/native-library.ts';
import { windowsRemovalPolicy } from '../../src/native/session-lock/windows/removal-policy.ts';
import {
  HKEY_LOCAL_MACHINE,
  LAST_INPUT_INFO,
  SERVICE_STATUS,
  WINDOWS_FUNCTIONS,
  WTS_INFO_EX,
} from '../../src/native/session-lock/windows/signatures.ts';
import { WindowsApi } from '../../src/native/session-lock/windows/windows-api.ts';

const TypeSchema = v.object({ primitive: v.string(), size: v.number() });
/** koffi's own declaration leaves out that an argument is a type and a direction. */
const ArgumentsSchema = v.array(
  v.object({ type: TypeSchema, direction: v.picklist(['Input', 'Output', 'Input/Output']) }),
);
const MARKS = { Input: '', Output: 'out ', 'Input/Output': 'inout ' } as const;

/** A prototype in short: built from the data without any library. */
function prototype({ result, parameters }: NativeFunction): string {
  const { proto } = koffi.proto('__stdcall', null, result, parameters.map(parameterType));
  if (proto === undefined) throw new Error('not a prototype');
  const args: unknown = proto.arguments;
  const sizes = v
    .parse(ArgumentsSchema, args)
    .map(({ type, direction }) => `${MARKS[direction]}${type.primitive}:${type.size}`);
  return `${proto.result.primitive}:${proto.result.size}(${sizes.join(', ')})`;
}

test('Win32 functions have the arity and the widths of their headers', () => {
  const prototypes = Object.fromEntries(
    Object.entries(WINDOWS_FUNCTIONS).map(([name, signature]) => [name, prototype(signature)]),
  );
  const pointer = 'Pointer:8';
  const text = 'String16:8';
  expect(prototypes).toEqual({
    LockWorkStation: 'Int32:4()',
    ExitWindowsEx: 'Int32:4(UInt32:4, UInt32:4)',
    GetSystemMetrics: 'Int32:4(Int32:4)',
    GetLastInputInfo: `Int32:4(inout ${pointer})`,
    GetTickCount: 'UInt32:4()',
    WTSDisconnectSession: `Int32:4(${pointer}, UInt32:4, Int32:4)`,
    WTSQuerySessionInformationW: `Int32:4(${pointer}, UInt32:4, Int32:4, out ${pointer}, out ${pointer})`,
    WTSFreeMemory: `Void:0(${pointer})`,
    RegGetValueW: `Int32:4(Int64:8, ${text}, ${text}, UInt32:4, out ${pointer}, ${pointer}, inout ${pointer})`,
    OpenSCManagerW: `${pointer}(${text}, ${text}, UInt32:4)`,
    OpenServiceW: `${pointer}(${pointer}, ${text}, UInt32:4)`,
    QueryServiceStatus: `Int32:4(${pointer}, out ${pointer})`,
    CloseServiceHandle: `Int32:4(${pointer})`,
  });
});

test('each Win32 function is looked for in the library that exports it', () => {
  const homes = Object.entries(WINDOWS_FUNCTIONS).map(([name, { library }]) => `${library}!${name}`);
  expect(homes).toEqual([
    'user32.dll!LockWorkStation',
    'user32.dll!ExitWindowsEx',
    'user32.dll!GetSystemMetrics',
    'user32.dll!GetLastInputInfo',
    'kernel32.dll!GetTickCount',
    'wtsapi32.dll!WTSDisconnectSession',
    'wtsapi32.dll!WTSQuerySessionInformationW',
    'wtsapi32.dll!WTSFreeMemory',
    'advapi32.dll!RegGetValueW',
    'advapi32.dll!OpenSCManagerW',
    'advapi32.dll!OpenServiceW',
    'advapi32.dll!QueryServiceStatus',
    'advapi32.dll!CloseServiceHandle',
  ]);
});

test('WTSINFOEXW is laid out as 64-bit Windows lays it out', () => {
  const type = structureType(WTS_INFO_EX);
  expect(koffi.sizeof(type)).toBe(232);
  const offsets = Object.fromEntries(Object.keys(WTS_INFO_EX).map((name) => [name, koffi.offsetof(type, name)]));
  expect(offsets).toMatchObject({
    Level: 0,
    SessionId: 8,
    SessionState: 12,
    SessionFlags: 16,
    WinStationName: 20,
    UserName: 86,
    DomainName: 128,
    LogonTime: 168,
    LastInputTime: 192,
    CurrentTime: 200,
    IncomingBytes: 208,
    OutgoingCompressedBytes: 228,
  });
});

test('LASTINPUTINFO and SERVICE_STATUS are rows of double words', () => {
  expect(koffi.sizeof(structureType(LAST_INPUT_INFO))).toBe(8);
  expect(koffi.offsetof(structureType(LAST_INPUT_INFO), 'dwTime')).toBe(4);
  expect(koffi.sizeof(structureType(SERVICE_STATUS))).toBe(28);
  expect(koffi.offsetof(structureType(SERVICE_STATUS), 'dwCurrentState')).toBe(4);
});

test('a predefined registry key is a sign-extended 32-bit number', () => {
  expect(BigInt.asUintN(64, BigInt(HKEY_LOCAL_MACHINE))).toBe(0xffff_ffff_8000_0002n);
});

test('macOS functions have the arity and the widths of their headers', () => {
  const pointer = 'Pointer:8';
  expect(
    Object.fromEntries(Object.entries(MACOS_FUNCTIONS).map(([name, signature]) => [name, prototype(signature)])),
  ).toEqual({
    SACLockScreenImmediate: 'Int32:4()',
    CGSessionCopyCurrentDictionary: `${pointer}()`,
    CGEventSourceSecondsSinceLastEventType: 'Float64:8(Int32:4, UInt32:4)',
    CFStringCreateWithCString: `${pointer}(${pointer}, String:8, UInt32:4)`,
    CFDictionaryGetValue: `${pointer}(${pointer}, ${pointer})`,
    CFBooleanGetValue: `UInt8:1(${pointer})`,
    CFRelease: `Void:0(${pointer})`,
  });
});

test('a missing library and a missing function are told apart, and calling them answers nothing', () => {
  const functions = new NativeFunctions({
    nowhere: { library: 'libno-such-library.so.9', result: 'int32', parameters: [] },
    noSuchFunction: { library: 'libc.so.6', result: 'int32', parameters: [] },
    abs: { library: 'libc.so.6', result: 'int32', parameters: ['int32'] },
  });
  expect(functions.missing('nowhere')).toBe('library-missing: libno-such-library.so.9');
  expect(functions.missing('noSuchFunction')).toBe('symbol-missing: noSuchFunction in libc.so.6');
  expect(functions.call('nowhere')).toBeNull();
  expect(functions.missing('abs')).toBeNull();
  expect(functions.call('abs', -5)).toBe(5);
});

test('on a foreign system every question is unanswered and every action refused', () => {
  const windows = new WindowsApi();
  expect([windows.locked(), windows.idleMs(), windows.machineText('a', 'b')]).toEqual([null, null, null]);
  expect([windows.lockWorkStation(), windows.logOff(), windows.disconnect(), windows.remote]).toEqual(
    Array.from({ length: 4 }, () => false),
  );
  expect(windows.serviceRuns('x')).toBe(false);
  const macos = new MacosApi();
  expect([macos.locked(), macos.idleMs(), macos.lockScreen()]).toEqual([null, null, false]);
});

const BY_CARD = '{8fd7e19c-3bf7-489b-a72c-846ab3678c96}';
const BY_PASSWORD = '{60B78E88-EAD8-445C-9CFD-0B87F74EA6CD}';

test.each([
  ['1', true, BY_CARD, 'lock'],
  ['2', true, BY_CARD, 'log-off'],
  ['3', true, BY_CARD, 'disconnect'],
  ['0', true, BY_CARD, 'none'],
  [null, true, BY_CARD, 'none'],
  ['7', true, BY_CARD, 'unknown'],
  ['1', false, BY_CARD, 'none'],
  ['1', true, BY_PASSWORD, 'none'],
  ['1', true, null, 'none'],
] as const)(
  'ScRemoveOption %s, service running %s, login by %s: Windows does %s',
  (option, running, provider, expected) => {
    expect(windowsRemovalPolicy({ scRemoveOption: option, serviceRunning: running, lastLogonProvider: provider })).toBe(
      expected,
    );
  },
);
