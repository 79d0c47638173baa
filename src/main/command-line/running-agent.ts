import { type ControlConnection, callAgent } from '../control/control-client.ts';
import { controlAddress } from '../store/folders.ts';

/** The agent of this user, or null when none runs or its address cannot be had: the command then does without it. */
export async function runningAgent(): Promise<ControlConnection | null> {
  let address: string;
  try {
    address = controlAddress();
  } catch {
    return null;
  }
  return callAgent(address);
}
