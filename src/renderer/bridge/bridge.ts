import type { ViewBridge } from '../../core/contract/view.ts';
import { connectElectronBridge } from './electron-bridge.ts';
import { connectSocketBridge } from './socket-bridge.ts';

/** The agent, through whichever host this page lives in. */
export const bridge: ViewBridge =
  window.wardkey === undefined ? connectSocketBridge() : connectElectronBridge(window.wardkey);
