/** Values of winscard.h and pcsclite.h that are the same on every platform. */

export const SCARD_SCOPE_SYSTEM = 2;

export const SCARD_SHARE_SHARED = 2;

export const SCARD_PROTOCOL_T0 = 1;
export const SCARD_PROTOCOL_T1 = 2;

export const SCARD_LEAVE_CARD = 0;
export const SCARD_RESET_CARD = 1;
export const SCARD_UNPOWER_CARD = 2;

export const SCARD_STATE_UNAWARE = 0x0000;
export const SCARD_STATE_CHANGED = 0x0002;
export const SCARD_STATE_UNKNOWN = 0x0004;
export const SCARD_STATE_UNAVAILABLE = 0x0008;
export const SCARD_STATE_PRESENT = 0x0020;
export const SCARD_STATE_MUTE = 0x0200;

export const INFINITE = 0xffffffff;

/** A reader of this name stands for the list of readers itself: it changes when a reader comes or goes. */
export const PNP_NOTIFICATION = '\\\\?PnP?\\Notification';

/** SCARD_ATTR_VALUE(class, tag) of PC/SC part 3, table 3-1. */
export const SCARD_ATTR_VENDOR_NAME = 0x00010100;
export const SCARD_ATTR_VENDOR_IFD_TYPE = 0x00010101;
export const SCARD_ATTR_VENDOR_IFD_VERSION = 0x00010102;
export const SCARD_ATTR_VENDOR_IFD_SERIAL_NO = 0x00010103;

/** Largest response APDU: 65 536 bytes of data, the status word, and room for drivers that count the header in. */
export const MAX_RESPONSE_BYTES = 65_546;
