import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { scopedClass } from './scripts/scopedClass.ts'

/**
 * Dependencies stay outside the main bundle (natives are loaded from node_modules); the sandboxed preload must be one
 * CommonJS file; the page is one static folder that `recheck serve` and the window both show.
 */
export default defineConfig({
  main: {
    build: { outDir: 'out/main', rollupOptions: { input: { index: 'src/main/index.ts' } } },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    css: { modules: { generateScopedName: scopedClass } },
    build: { outDir: 'out/renderer', rollupOptions: { input: 'src/renderer/index.html' } },
  },
})
