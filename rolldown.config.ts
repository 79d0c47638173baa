import { defineConfig } from 'rolldown';

// Everything is bundled but koffi, whose native part cannot be: one flat folder, so that an entry finds its worker beside it.
export default defineConfig({
  input: {
    wardkey: 'src/main/command-line/wardkey.ts',
    demo: 'src/main/demo/demo.ts',
    'card-process': 'src/native/card-process/card-process.ts',
    'reader-watcher': 'src/native/card-process/reader-watcher.ts',
    'card-worker': 'src/native/card-process/card-worker.ts',
  },
  platform: 'node',
  external: ['koffi', /^node:/],
  output: { dir: 'out', format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunk-[hash].js', cleanDir: true },
});
