/**
 * Text for a bus and for the programs that draw it. Names come from cards, and a NUL alone would have the bus close the
 * connection; control and formatting characters (such as those that turn the direction of writing) become a space.
 * `max`: length of the result in UTF-16 units at most.
 */
export function busLine(text: string, max: number): string {
  return shortened(text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim(), max);
}

/** The same for text of several lines. */
export function busParagraphs(text: string, max: number): string {
  const lines = text.split('\n').map((line) => busLine(line, max));
  return shortened(lines.join('\n'), max);
}

// A character outside the basic plane is two units of UTF-16; half a one is no text.
const shortened = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/\p{Cs}$/u, '')}…`;
