import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'electron-vite'
import { bundlesFolder } from './bundlesFolder.ts'

const root = join(import.meta.dirname, '../..')

/** Builds the main and preload bundles when a source is newer than they are; the page is not part of it. */
export async function buildBundles(): Promise<void> {
  const built = ['main/index.js', 'preload/index.cjs'].map((file) => join(root, bundlesFolder, file))
  const sources = globSync(['src/{main,preload,shared}/**/*.ts', 'electron.vite.config.ts'], { cwd: root })
  const newestMs = Math.max(...sources.map((file) => statSync(join(root, file)).mtimeMs))
  if (built.every((file) => existsSync(file) && statSync(file).mtimeMs > newestMs)) return
  const configFile = join(import.meta.dirname, 'bundles.config.ts')
  await build({ root, configFile, logLevel: 'warn', ignoreConfigWarning: true })
}
