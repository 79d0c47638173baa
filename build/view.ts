import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

export type BuiltFile = { readonly name: string; readonly content: Buffer };

/** Bundles the window's page. Nothing is inlined: its content security policy allows no data: address. */
export async function buildView(root: string, folder: string): Promise<BuiltFile[]> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    mode: 'production',
    base: './',
    publicDir: false,
    plugins: [react()],
    css: { preprocessorOptions: { scss: { loadPaths: [join(root, '..', '..', 'node_modules')], quietDeps: true } } },
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
