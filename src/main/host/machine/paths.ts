import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import envPaths from 'env-paths'

/** The variables a process was started with. Read here and in `childEnvironment` only, set here alone. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>

/** The folder that holds package.json, seen from this file's source or from a bundle it was built into. */
export const projectFolder = unpackedFolder(
  folderAbove(dirname(fileURLToPath(import.meta.url)), 'package.json'),
)

/** Of a packaged window, the copy beside the archive: plain Node, on which trainers run, reads no archive. */
export function unpackedFolder(folder: string): string {
  return folder.endsWith('app.asar') ? `${folder}.unpacked` : folder
}

function folderAbove(folder: string, file: string): string {
  const parent = dirname(folder)
  return existsSync(join(folder, file)) || parent === folder ? folder : folderAbove(parent, file)
}

/**
 * Folder of the run store, its checkpoints and exports: `--data-dir`, else `RECHECK_HOME`, else the
 * platform's place for application data (XDG on Linux: `$XDG_DATA_HOME/recheck`). Absolute; it need not exist
 * yet.
 */
export function dataFolder(
  chosen: string | undefined,
  environment: EnvironmentVariables = process.env,
): string {
  const folder = chosen || environment['RECHECK_HOME']
  if (folder) return resolve(expandHome(folder))
  return envPaths('recheck', { suffix: '' }).data
}

/**
 * Folder of what can be fetched or built again (TensorFlow, its addon, session files): `RECHECK_CACHE`, else
 * the platform's cache folder (XDG on Linux: `$XDG_CACHE_HOME/recheck`). One a user; absolute; it need not
 * exist yet.
 */
export function cacheFolder(environment: EnvironmentVariables = process.env): string {
  const folder = environment['RECHECK_CACHE']
  if (folder) return resolve(expandHome(folder))
  return envPaths('recheck', { suffix: '' }).cache
}

/**
 * From here on this process and those that it starts look for what they name under this folder, as if
 * `RECHECK_HOME` had said so: `--data-dir` moves the libraries of models and data sets, too.
 */
export function useDataFolder(folder: string): void {
  process.env['RECHECK_HOME'] = folder
}

/** A path as a person types it: `~` and relative ones begin at the home folder. */
export function fromHome(path: string): string {
  return resolve(homedir(), expandHome(path))
}

function expandHome(folder: string): string {
  return folder === '~' || folder.startsWith('~/') ? join(homedir(), folder.slice(1)) : folder
}

/** `RECHECK_DEBUG=1`: stack traces are shown beside error messages. */
export function isDebugging(environment: EnvironmentVariables = process.env): boolean {
  return Boolean(environment['RECHECK_DEBUG'])
}

/** The token of a Ray cluster that asks for one; as Ray's own programs read it. */
export function rayToken(environment: EnvironmentVariables = process.env): string | null {
  return environment['RAY_AUTH_TOKEN'] || null
}
