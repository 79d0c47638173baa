import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const NODE_MODULES = join(import.meta.dirname, '..', 'node_modules');

export type BuiltFile = { readonly name: string; readonly content: Buffer };

/**
 * Bundles a page: the window's, or that of the card desk. Nothing is inlined: their content security policies allow no data:
 * address. Always as it ships, whatever the caller's NODE_ENV is.
 * @param base where the browser finds its files
 */
export function buildView(root: string, folder: string, base = './'): Promise<BuiltFile[]> {
  return inProduction(() => bundlePage(root, folder, base));
}

async function bundlePage(root: string, folder: string, base: string): Promise<BuiltFile[]> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
    base,
    publicDir: false,
    plugins: [react()],
    css: { preprocessorOptions: { scss: { loadPaths: [NODE_MODULES], quietDeps: true } } },
    build: {
      write: false,
      minify: true,
      cssMinify: true,
      assetsInlineLimit: 0,
      modulePreload: false,
      chunkSizeWarningLimit: 400,
      rolldownOptions: {
        checks: { pluginTimings: false },
        output: {
          entryFileNames: 'view.js',
          chunkFileNames: 'view-[hash].js',
          assetFileNames: '[name][extname]',
        },
      },
    },
  });
  if (!('output' in result)) throw new Error('one build has one output');
  return result.output.map((part) => ({
    name: join(folder, part.fileName),
    content: Buffer.from(part.type === 'chunk' ? part.code : part.source),
  }));
}

let building = 0;
let ofCaller: string | undefined;

/**
 * NODE_ENV goes before Vite's own mode: under a runner of tests, which sets it to "test", the page would be made of React's
 * development build. Vite looks at it all the while, and pages are built at the same time: the last one puts it back.
 */
async function inProduction<Result>(work: () => Promise<Result>): Promise<Result> {
  if (building === 0) {
    ofCaller = process.env.NODE_ENV;
    process.env.NODE_ENV = 'production';
  }
  building += 1;
  try {
    return await work();
  } finally {
    building -= 1;
    if (building === 0) {
      if (ofCaller === undefined) delete process.env.NODE_ENV;
      else process.env.NODE_ENV = ofCaller;
    }
  }
}
