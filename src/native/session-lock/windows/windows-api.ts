import koffi from 'koffi';
import * as v from 'valibot';
import { NativeFunctions, structureType } from '../native-library.ts';
import {
  EWX_FORCEIFHUNG,
  EWX_LOGOFF,
  HKEY_LOCAL_MACHINE,
  RRF_RT_REG_SZ,
  SC_MANAGER_CONNECT,
  SERVICE_QUERY_STATUS,
  SERVICE_RUNNING,
  SHTDN_REASON_FLAG_PLANNED,
  SM_REMOTESESSION,
  WINDOWS_FUNCTIONS,
  type WindowsFunction,
  WTS_CURRENT_SESSION,
  WTS_INFO_EX,
  WTS_SESSION_INFO_EX,
  WTS_SESSIONSTATE_LOCK,
  WTS_SESSIONSTATE_UNLOCK,
} from './signatures.ts';

const SessionInfoSchema = v.object({ Level: v.literal(1), SessionFlags: v.number() });
const ServiceStatusSchema = v.object({ dwCurrentState: v.number() });
const REGISTRY_VALUE_BYTES = 512;

/**
 * What this folder asks of Windows, in its own words. Untested on Windows here: only the signatures are asserted. A
 * function that a Windows lacks makes its question unanswered, never an exception.
 */
export class WindowsApi {
  readonly #native = new NativeFunctions<WindowsFunction>(WINDOWS_FUNCTIONS);

  missing(name: WindowsFunction): string | null {
    return this.#native.missing(name);
  }

  /** True when Windows has accepted the request; the lock itself comes later. */
  lockWorkStation(): boolean {
    return this.#succeeds('LockWorkStation');
  }

  logOff(): boolean {
    return this.#succeeds('ExitWindowsEx', EWX_LOGOFF | EWX_FORCEIFHUNG, SHTDN_REASON_FLAG_PLANNED);
  }

  disconnect(): boolean {
    return this.#succeeds('WTSDisconnectSession', null, WTS_CURRENT_SESSION, 0);
  }

  get remote(): boolean {
    return this.#succeeds('GetSystemMetrics', SM_REMOTESESSION);
  }

  /** WTSINFOEX's lock state of this session; null where Windows does not know it. */
  locked(): boolean | null {
    const buffer: [unknown] = [null];
    const bytes: [number] = [0];
    const asked = [null, WTS_CURRENT_SESSION, WTS_SESSION_INFO_EX, buffer, bytes];
    if (!this.#succeeds('WTSQuerySessionInformationW', ...asked)) return null;
    try {
      const type = structureType(WTS_INFO_EX);
      if (bytes[0] < koffi.sizeof(type)) return null;
      const parsed = v.safeParse(SessionInfoSchema, koffi.decode(buffer[0], type));
      if (!parsed.success) return null;
      if (parsed.output.SessionFlags === WTS_SESSIONSTATE_LOCK) return true;
      return parsed.output.SessionFlags === WTS_SESSIONSTATE_UNLOCK ? false : null;
    } finally {
      this.#native.call('WTSFreeMemory', buffer[0]);
    }
  }

  /** A REG_SZ under HKEY_LOCAL_MACHINE; null if it is not there. */
  machineText(key: string, value: string): string | null {
    const data = Buffer.alloc(REGISTRY_VALUE_BYTES);
    const size: [number] = [data.length];
    const code = this.#native.call('RegGetValueW', HKEY_LOCAL_MACHINE, key, value, RRF_RT_REG_SZ, [0], data, size);
    // ERROR_SUCCESS; the size counts the terminator, which RegGetValue always adds.
    if (code !== 0 || size[0] < 2 || size[0] > data.length) return null;
    return data.toString('utf16le', 0, size[0] - 2);
  }

  serviceRuns(name: string): boolean {
    const manager = this.#native.call('OpenSCManagerW', null, null, SC_MANAGER_CONNECT);
    if (manager === null) return false;
    const service = this.#native.call('OpenServiceW', manager, name, SERVICE_QUERY_STATUS);
    const status = {};
    const asked = service !== null && this.#succeeds('QueryServiceStatus', service, status);
    const parsed = asked ? v.safeParse(ServiceStatusSchema, status) : null;
    if (service !== null) this.#native.call('CloseServiceHandle', service);
    this.#native.call('CloseServiceHandle', manager);
    return parsed?.success === true && parsed.output.dwCurrentState === SERVICE_RUNNING;
  }

  /** Milliseconds since the last key or mouse event of this session; null where Windows does not tell. */
  idleMs(): number | null {
    const info = { cbSize: koffi.sizeof(structureType({ cbSize: 'uint32', dwTime: 'uint32' })), dwTime: 0 };
    if (!this.#succeeds('GetLastInputInfo', info)) return null;
    const now = this.#native.call('GetTickCount');
    // Both wrap around after 49.7 days.
    return typeof now === 'number' ? (now - info.dwTime) >>> 0 : null;
  }

  #succeeds(name: WindowsFunction, ...args: unknown[]): boolean {
    const result = this.#native.call(name, ...args);
    return typeof result === 'number' && result !== 0;
  }
}
