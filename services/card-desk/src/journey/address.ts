/** Where a code goes: an email address or a mobile number, in the one form in which two of them can be compared. */
export type Address = { readonly kind: 'email' | 'mobile'; readonly value: string };

/** RFC 5321 limits; deliberately no quoted local parts: no profile has one, and they are how header tricks begin. */
const EMAIL =
  /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;

/**
 * As typed, in its comparable form; null if it is neither. A number without a country is one of `countryCode` (44: the
 * United Kingdom).
 */
export function addressOf(typed: string, countryCode = '44'): Address | null {
  const text = typed.normalize('NFKC').trim().toLowerCase();
  if (text.includes('@')) {
    const [local = ''] = text.split('@');
    return EMAIL.test(text) && local.length <= 64 && text.length <= 254 ? { kind: 'email', value: text } : null;
  }
  const digits = text.replaceAll(/[\s().-]/g, '');
  const international = /^\+\d+$/.test(digits)
    ? digits.slice(1)
    : /^00\d+$/.test(digits)
      ? digits.slice(2)
      : /^0\d+$/.test(digits)
        ? `${countryCode}${digits.slice(1)}`
        : null;
  // +44 (0) 7700 900123 is how many people write it.
  const number = international?.startsWith(`${countryCode}0`)
    ? `${countryCode}${international.slice(countryCode.length + 1)}`
    : international;
  return number !== null && number !== undefined && /^[1-9]\d{7,14}$/.test(number)
    ? { kind: 'mobile', value: `+${number}` }
    : null;
}

/** Enough to recognise one's own. */
export function masked({ kind, value }: Address): string {
  if (kind === 'mobile') return `… ${value.slice(-3)}`;
  const [local = '', domain = ''] = value.split('@');
  return `${local.slice(0, 1)}…@${domain.slice(0, 1)}…${domain.slice(domain.lastIndexOf('.'))}`;
}
