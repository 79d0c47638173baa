/** Desktop Entry Specification 1.5: what of it an autostart entry needs, to write and to read. */

export type AutostartProgram = {
  readonly name: string;
  readonly comment?: string;
  /** The program, by its absolute path, and its arguments. */
  readonly command: readonly string[];
  /** A name in the icon theme, or an absolute path. */
  readonly icon?: string;
};

/** Says that this user does not want what the system would start ("Hidden": as if the file had been deleted). */
export const HIDDEN_ENTRY = '[Desktop Entry]\nType=Application\nHidden=true\n';

/** The text of an entry that starts `program`, or null where its command cannot be said in one; see {@link execLine}. */
export function autostartEntry(program: AutostartProgram): string | null {
  const exec = execLine(program.command);
  if (exec === null) return null;
  const optional = (key: string, value: string | undefined) =>
    value === undefined ? [] : [`${key}=${stringValue(value)}`];
  const lines = [
    '[Desktop Entry]',
    'Type=Application',
    `Name=${stringValue(program.name)}`,
    ...optional('Comment', program.comment),
    ...optional('Icon', program.icon),
    `Exec=${stringValue(exec)}`,
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
  ];
  return `${lines.join('\n')}\n`;
}

/**
 * A command as the value of `Exec` before its escaping as a string ("The Exec key"). null: the program is not named, its
 * name has an equal sign, which the specification leaves no way to say, or an argument has a NUL.
 */
export function execLine(command: readonly string[]): string | null {
  const [program] = command;
  if (!program || program.includes('=') || command.some((word) => word.includes('\0'))) return null;
  return command.map(execWord).join(' ');
}

const RESERVED = /[\s"'\\><~|&;$*?#()`]/;

function execWord(word: string): string {
  // A percent sign starts a field code, inside quotes as well for most who read it.
  const percent = word.replaceAll('%', '%%');
  if (percent !== '' && !RESERVED.test(percent)) return percent;
  return `"${percent.replaceAll(/["`$\\]/g, String.raw`\$&`)}"`;
}

/** "Possible value types": the escapes of a string. A backslash of Exec's own quoting is escaped once more by it. */
export function stringValue(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`)
    .replaceAll('\r', String.raw`\r`)
    .replace(/^ /, String.raw`\s`);
}

/** Whether a desktop that finds this entry starts something by it. */
export function entryRuns(text: string): boolean {
  const values = mainGroup(text);
  const hidden = values.get('Hidden') === 'true' || values.get('X-GNOME-Autostart-enabled') === 'false';
  return values.has('Exec') && !hidden;
}

/** The keys of the group `Desktop Entry`, values as they stand; the first of a name counts. */
function mainGroup(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let inside = false;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line.startsWith('[')) inside = line === '[Desktop Entry]';
    const equals = line.indexOf('=');
    if (!inside || equals < 0 || line.startsWith('#')) continue;
    const key = line.slice(0, equals).trim();
    if (!values.has(key)) values.set(key, line.slice(equals + 1).trim());
  }
  return values;
}
