import { contextBridge, ipcRenderer } from 'electron';
import { pageBridge } from './page-bridge.ts';

/** out/preload.cjs: runs sandboxed, in a world of its own beside each page, and hands it two functions. */
contextBridge.exposeInMainWorld('wardkey', pageBridge(ipcRenderer));
