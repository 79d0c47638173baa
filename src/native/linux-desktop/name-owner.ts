import { type BusConnection, ownerChange, ownerChangeRule } from '../session-lock/linux/bus.ts';

/**
 * Follows who owns a well-known name on this connection: told once what holds now, and then after each change; `owner` is
 * a unique name or null. Resolves when what holds now has been taken in.
 */
export async function followOwner(
  bus: BusConnection,
  name: string,
  onOwner: (owner: string | null) => Promise<void> | void,
): Promise<void> {
  let heard = false;
  bus.onSignal((signal) => {
    const change = ownerChange(signal, [name]);
    if (change === null) return;
    heard = true;
    void onOwner(change.owner);
  });
  const [, owner] = await Promise.all([bus.addMatch(ownerChangeRule(name)), bus.ownerOf(name)]);
  // Each change since the subscription has been heard, in order: where there was one, the answer tells nothing newer.
  if (!heard && bus.connected) await onOwner(owner);
}
