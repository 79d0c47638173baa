import { existsSync } from 'node:fs';

/** Where the system bus listens (D-Bus specification, "Well-known Message Bus Instances"). */
export function systemBusAddress(env: NodeJS.ProcessEnv): string {
  return env.DBUS_SYSTEM_BUS_ADDRESS || 'unix:path=/run/dbus/system_bus_socket';
}

/**
 * Where this login's session bus listens, or null. The library's own search (launchd, X11, machine-id files) is not used:
 * it may start a bus of its own, on which no desktop would answer.
 */
export function sessionBusAddress(env: NodeJS.ProcessEnv): string | null {
  if (env.DBUS_SESSION_BUS_ADDRESS) return env.DBUS_SESSION_BUS_ADDRESS;
  const socket = env.XDG_RUNTIME_DIR ? `${env.XDG_RUNTIME_DIR}/bus` : null;
  return socket !== null && existsSync(socket) ? `unix:path=${socket}` : null;
}
