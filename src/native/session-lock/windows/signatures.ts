import type { NativeFunction, NativeStructure } from '../native-library.ts';

/**
 * The Win32 functions used here, as in winuser.h, wtsapi32.h, winsvc.h and winreg.h. BOOL and LONG are int32, DWORD and
 * UINT uint32 on every Windows; handles are pointers. Not yet run on Windows by anybody: asserted as data only.
 */

/** LASTINPUTINFO (winuser.h). */
export const LAST_INPUT_INFO: NativeStructure = { cbSize: 'uint32', dwTime: 'uint32' };

/** SERVICE_STATUS (winsvc.h). */
export const SERVICE_STATUS: NativeStructure = {
  dwServiceType: 'uint32',
  dwCurrentState: 'uint32',
  dwControlsAccepted: 'uint32',
  dwWin32ExitCode: 'uint32',
  dwServiceSpecificExitCode: 'uint32',
  dwCheckPoint: 'uint32',
  dwWaitHint: 'uint32',
};

/**
 * WTSINFOEXW with its one level, WTSINFOEX_LEVEL1_W (wtsapi32.h). The union that holds the level is aligned to 8 bytes
 * because of its times, hence the padding after Level.
 */
export const WTS_INFO_EX: NativeStructure = {
  Level: 'uint32',
  padding: 'uint32',
  SessionId: 'uint32',
  SessionState: 'int32',
  SessionFlags: 'int32',
  WinStationName: { of: 'uint16', length: 33 },
  UserName: { of: 'uint16', length: 21 },
  DomainName: { of: 'uint16', length: 18 },
  LogonTime: 'int64',
  ConnectTime: 'int64',
  DisconnectTime: 'int64',
  LastInputTime: 'int64',
  CurrentTime: 'int64',
  IncomingBytes: 'uint32',
  OutgoingBytes: 'uint32',
  IncomingFrames: 'uint32',
  OutgoingFrames: 'uint32',
  IncomingCompressedBytes: 'uint32',
  OutgoingCompressedBytes: 'uint32',
};

const user32 = (parameters: NativeFunction['parameters'], result = 'int32'): NativeFunction => ({
  library: 'user32.dll',
  result,
  parameters,
});
const wtsapi32 = (parameters: NativeFunction['parameters'], result = 'int32'): NativeFunction => ({
  library: 'wtsapi32.dll',
  result,
  parameters,
});
const advapi32 = (parameters: NativeFunction['parameters'], result = 'int32'): NativeFunction => ({
  library: 'advapi32.dll',
  result,
  parameters,
});

export const WINDOWS_FUNCTIONS = {
  LockWorkStation: user32([]),
  /** flags, reason */
  ExitWindowsEx: user32(['uint32', 'uint32']),
  /** index */
  GetSystemMetrics: user32(['int32']),
  GetLastInputInfo: user32([{ direction: 'inout', pointerTo: LAST_INPUT_INFO }]),
  GetTickCount: { library: 'kernel32.dll', result: 'uint32', parameters: [] },
  /** server, session, wait */
  WTSDisconnectSession: wtsapi32(['void *', 'uint32', 'int32']),
  /** server, session, information class, buffer, its length in bytes */
  WTSQuerySessionInformationW: wtsapi32([
    'void *',
    'uint32',
    'int32',
    { direction: 'out', pointerTo: 'void *' },
    { direction: 'out', pointerTo: 'uint32' },
  ]),
  WTSFreeMemory: wtsapi32(['void *'], 'void'),
  /** key, subkey, value, flags, type, data, size in bytes. A predefined key is a sign-extended 32-bit number. */
  RegGetValueW: advapi32([
    'intptr_t',
    'str16',
    'str16',
    'uint32',
    { direction: 'out', pointerTo: 'uint32' },
    'void *',
    { direction: 'inout', pointerTo: 'uint32' },
  ]),
  /** machine, database, access */
  OpenSCManagerW: advapi32(['str16', 'str16', 'uint32'], 'void *'),
  /** manager, service, access */
  OpenServiceW: advapi32(['void *', 'str16', 'uint32'], 'void *'),
  QueryServiceStatus: advapi32(['void *', { direction: 'out', pointerTo: SERVICE_STATUS }]),
  CloseServiceHandle: advapi32(['void *']),
} as const satisfies Readonly<Record<string, NativeFunction>>;

export type WindowsFunction = keyof typeof WINDOWS_FUNCTIONS;

export const WTS_CURRENT_SESSION = 0xffff_ffff;
/** WTSSessionInfoEx of WTS_INFO_CLASS. */
export const WTS_SESSION_INFO_EX = 25;
/** SessionFlags from Windows 8 on; Windows 7 had the two exchanged by mistake and is not supported. */
export const WTS_SESSIONSTATE_LOCK = 0;
export const WTS_SESSIONSTATE_UNLOCK = 1;
export const SM_REMOTESESSION = 0x1000;
export const EWX_LOGOFF = 0;
export const EWX_FORCEIFHUNG = 0x10;
export const SHTDN_REASON_FLAG_PLANNED = 0x8000_0000;
/** (HKEY)(ULONG_PTR)(LONG)0x80000002 */
export const HKEY_LOCAL_MACHINE = 0x8000_0002 | 0;
export const RRF_RT_REG_SZ = 0x2;
export const SC_MANAGER_CONNECT = 0x1;
export const SERVICE_QUERY_STATUS = 0x4;
export const SERVICE_RUNNING = 4;
