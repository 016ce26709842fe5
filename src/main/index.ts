import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RecheckError } from '../shared/errors/recheckError.ts'
import type { Backend } from './api/backend.ts'
import { connectRemote } from './api/remoteBackend.ts'
import { appRoot } from './app/appRoot.ts'
import { keepConsolePlain } from './host/machine/plainConsole.ts'
import { startApp } from './app/startApp.ts'

keepConsolePlain()

// The window shell: owns the data folder itself, or drives a running `recheck serve` (--connect).
const root = appRoot()

void startApp({
  args: process.argv.slice(1),
  pageFolder: join(root, 'out', 'renderer'),
  preloadFile: join(root, 'out', 'preload', 'index.cjs'),
  iconFile: join(root, 'resources', 'icon.png'),
  openLocal,
  openRemote: connectRemote,
})

/** Imported only when it is needed: a window that drives a server loads nothing native. */
async function openLocal(dataDir: string | null): Promise<Backend> {
  const { openOwnerBackend } = await import('./api/ownerBackend.ts')
  const { dataFolder, useDataFolder } = await import('./host/machine/paths.ts')
  const { systemClock } = await import('./host/machine/clock.ts')
  const folder = dataFolder(dataDir ?? undefined)
  if (dataDir !== null) useDataFolder(folder)
  const backend = await openOwnerBackend({
    dataDir: folder,
    shell: 'window',
    address: 'the Recheck window',
    nodePath: plainNode(),
    nowMs: systemClock.nowMs,
  })
  backend.startWaiting()
  return backend
}

/**
 * Trainers run on plain Node 24, never on Electron's own binary: the one beside the app, else the project's.
 */
function plainNode(): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const candidates = [join(process.resourcesPath, name), join(root, 'node_modules', 'node', 'bin', name)]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found !== undefined) return found
  throw new RecheckError(
    'trainer.no-node',
    `Node 24 is missing: it was looked for in ${candidates.join(' and ')}. Run "npm ci" again.`,
  )
}
