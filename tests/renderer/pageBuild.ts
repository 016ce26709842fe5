import react from '@vitejs/plugin-react'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'

const root = join(import.meta.dirname, '../..')

/** Folder of the built page; built when a source file is newer than it. */
export async function builtPage(): Promise<string> {
  const folder = join(root, 'out/renderer')
  const sources = ['src/renderer', 'src/shared'].map((part) => newestMs(join(root, part)))
  if (Math.max(...sources) > newestMs(folder)) {
    await build({
      configFile: false,
      logLevel: 'error',
      root: join(root, 'src/renderer'),
      plugins: [react()],
      build: { outDir: folder, emptyOutDir: true },
    })
  }
  return folder
}

function newestMs(folder: string): number {
  if (!existsSync(folder)) return 0
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' }).filter(
    (entry) => entry.isFile(),
  )
  return Math.max(0, ...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs))
}
