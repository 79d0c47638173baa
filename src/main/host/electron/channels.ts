/** How the preload script and the main process find each other; nothing else is spoken. */
export const REQUEST_CHANNEL = 'wardkey:request';
export const SNAPSHOT_CHANNEL = 'wardkey:snapshot';
