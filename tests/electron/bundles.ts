import { existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { build } from 'electron-vite'
import { bundlesFolder } from './bundlesFolder.ts'

const root = join(import.meta.dirname, '../..')

/** Builds the main and preload bundles when a source is newer than they are; the page is not part of it. */
export async function buildBundles(): Promise<void> {
  while (!takeLock()) await wait(100)
  try {
    await buildOutdated()
  } finally {
    rmSync(lock, { recursive: true })
  }
}

const lock = join(root, '.cache', 'window.building')
/** Nobody builds that long: it was killed. */
const staleMs = 180_000

/** Two test files that run side by side build once, and none reads half a bundle. */
function takeLock(): boolean {
  mkdirSync(dirname(lock), { recursive: true })
  try {
    mkdirSync(lock)
    return true
  } catch {
    const madeMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - madeMs > staleMs) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

async function buildOutdated(): Promise<void> {
  const built = ['main/index.js', 'preload/index.cjs'].map((file) => join(root, bundlesFolder, file))
  const sources = globSync(['src/{main,preload,shared}/**/*.ts', 'electron.vite.config.ts'], { cwd: root })
  const newestMs = Math.max(...sources.map((file) => statSync(join(root, file)).mtimeMs))
  if (built.every((file) => existsSync(file) && statSync(file).mtimeMs > newestMs)) return
  const configFile = join(import.meta.dirname, 'bundles.config.ts')
  await build({ root, configFile, logLevel: 'warn', ignoreConfigWarning: true })
}
