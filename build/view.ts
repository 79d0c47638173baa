import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const NODE_MODULES = join(import.meta.dirname, '..', 'node_modules');

export type BuiltFile = { readonly name: string; readonly content: Buffer };

/**
 * Bundles a page: the window's, or that of the card desk. Nothing is inlined: their content security policies allow no data:
 * address.
 * @param base where the browser finds its files
 */
export async function buildView(root: string, folder: string, base = './'): Promise<BuiltFile[]> {
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
