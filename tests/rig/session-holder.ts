import koffi from 'koffi';

/**
 * Creates a session in logind as pam_systemd does at login and holds it: a session lives as long as the descriptor that
 * CreateSession hands out, which is why this is a process and why it speaks through libsystemd (dbus-next passes no
 * descriptors). Ends, and the session with it, when standard input ends. Tells the session's id by one line.
 *
 * Argument: the X display (":99").
 */
const [, , display = ''] = process.argv;
const LIMIT_US = 10_000_000;

const lib = koffi.load('libsystemd.so.0');
koffi.opaque('sd_bus');
koffi.opaque('sd_bus_message');
koffi.opaque('sd_bus_error');
const openSystem = lib.func('int sd_bus_open_system(_Out_ sd_bus **bus)');
const newCall = lib.func(
  `int sd_bus_message_new_method_call(sd_bus *bus, _Out_ sd_bus_message **message, const char *destination,
    const char *path, const char *interface, const char *member)`,
);
const append = lib.func('int sd_bus_message_append(sd_bus_message *message, const char *types, ...)');
const call = lib.func(
  `int sd_bus_call(sd_bus *bus, sd_bus_message *message, uint64_t limit, sd_bus_error *error,
    _Out_ sd_bus_message **reply)`,
);
const readString = lib.func(
  'int sd_bus_message_read_basic(sd_bus_message *message, char type, _Out_ const char **text)',
);

function checked(what: string, code: number): void {
  if (code < 0) throw new Error(`${what}: errno ${-code}`);
}

const bus: [unknown] = [null];
checked('sd_bus_open_system', openSystem(bus));
const message: [unknown] = [null];
const manager = 'org.freedesktop.login1.Manager';
checked(
  'sd_bus_message_new_method_call',
  newCall(bus[0], message, 'org.freedesktop.login1', '/org/freedesktop/login1', manager, 'CreateSession'),
);
// uid, leader's process id, service, type, class, desktop, seat, VT, tty, display, remote, remote user, remote host, properties
const text = (value: string) => ['str', value];
const number = (value: number) => ['uint32_t', value];
checked(
  'sd_bus_message_append',
  append(
    message[0],
    'uusssssussbssa(sv)',
    ...number(process.getuid?.() ?? 0),
    ...number(process.pid),
    ...['wardkey-rig', 'x11', 'user', '', ''].flatMap(text),
    ...number(0),
    ...['', display].flatMap(text),
    'int',
    0,
    ...['', ''].flatMap(text),
    ...number(0),
  ),
);
const reply: [unknown] = [null];
checked('CreateSession', call(bus[0], message[0], LIMIT_US, null, reply));
const id: [unknown] = [null];
checked('sd_bus_message_read_basic', readString(reply[0], 's'.charCodeAt(0), id));
process.stdout.write(`${String(id[0])}\n`);
// The reply holds the descriptor; it is kept as long as this process.
process.stdin.resume().once('end', () => process.exit(0));
