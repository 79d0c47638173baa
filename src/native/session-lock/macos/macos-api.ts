import { NativeFunctions } from '../native-library.ts';
import {
  ANY_INPUT_EVENT,
  CF_STRING_ENCODING_UTF8,
  HID_SYSTEM_STATE,
  MACOS_FUNCTIONS,
  type MacosFunction,
  SCREEN_IS_LOCKED,
} from './signatures.ts';

/**
 * What this folder asks of macOS, in its own words. Untested on macOS here: only the signatures are asserted. A function
 * that a macOS lacks makes its question unanswered, never an exception.
 */
export class MacosApi {
  readonly #native = new NativeFunctions<MacosFunction>(MACOS_FUNCTIONS);

  missing(name: MacosFunction): string | null {
    return this.#native.missing(name);
  }

  /** True when login.framework has accepted the request. */
  lockScreen(): boolean {
    return this.#native.call('SACLockScreenImmediate') === 0;
  }

  /** Whether the login session's dictionary says that the screen is locked; null where there is no such session. */
  locked(): boolean | null {
    const dictionary = this.#native.call('CGSessionCopyCurrentDictionary');
    if (dictionary === null) return null;
    const key = this.#native.call('CFStringCreateWithCString', null, SCREEN_IS_LOCKED, CF_STRING_ENCODING_UTF8);
    try {
      if (key === null) return null;
      const value = this.#native.call('CFDictionaryGetValue', dictionary, key);
      return value !== null && this.#native.call('CFBooleanGetValue', value) === 1;
    } finally {
      if (key !== null) this.#native.call('CFRelease', key);
      this.#native.call('CFRelease', dictionary);
    }
  }

  /** Milliseconds since the last event of keyboard, mouse or trackpad; null where macOS does not tell. */
  idleMs(): number | null {
    const seconds = this.#native.call('CGEventSourceSecondsSinceLastEventType', HID_SYSTEM_STATE, ANY_INPUT_EVENT);
    return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
  }
}
