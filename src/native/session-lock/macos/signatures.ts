import type { NativeFunction } from '../native-library.ts';

const CORE_FOUNDATION = '/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation';
const CORE_GRAPHICS = '/System/Library/Frameworks/CoreGraphics.framework/CoreGraphics';
/** Private: it may move or vanish in any macOS, which is why it is looked for at run time and has fallbacks. */
const LOGIN = '/System/Library/PrivateFrameworks/login.framework/Versions/Current/login';

/**
 * The macOS functions used here, as in CGSession.h, CGEventSource.h, CFString.h, CFDictionary.h and CFNumber.h; `Boolean`
 * is an unsigned char. Not yet run on macOS by anybody: asserted as data only.
 */
export const MACOS_FUNCTIONS = {
  SACLockScreenImmediate: { library: LOGIN, result: 'int32', parameters: [] },
  /** A CFDictionary that the caller releases, or NULL without a login session. */
  CGSessionCopyCurrentDictionary: { library: CORE_GRAPHICS, result: 'void *', parameters: [] },
  /** source state, event type; seconds */
  CGEventSourceSecondsSinceLastEventType: { library: CORE_GRAPHICS, result: 'double', parameters: ['int32', 'uint32'] },
  /** allocator, text, encoding */
  CFStringCreateWithCString: { library: CORE_FOUNDATION, result: 'void *', parameters: ['void *', 'str', 'uint32'] },
  /** dictionary, key; borrowed, or NULL */
  CFDictionaryGetValue: { library: CORE_FOUNDATION, result: 'void *', parameters: ['void *', 'void *'] },
  CFBooleanGetValue: { library: CORE_FOUNDATION, result: 'uint8', parameters: ['void *'] },
  CFRelease: { library: CORE_FOUNDATION, result: 'void', parameters: ['void *'] },
} as const satisfies Readonly<Record<string, NativeFunction>>;

export type MacosFunction = keyof typeof MACOS_FUNCTIONS;

export const CF_STRING_ENCODING_UTF8 = 0x0800_0100;
/** kCGEventSourceStateHIDSystemState */
export const HID_SYSTEM_STATE = 1;
/** kCGAnyInputEventType */
export const ANY_INPUT_EVENT = 0xffff_ffff;
/** Present and true in the session dictionary while the screen is locked; absent otherwise. */
export const SCREEN_IS_LOCKED = 'CGSSessionScreenIsLocked';
