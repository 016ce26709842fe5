import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { RecheckError } from '../../shared/recheckError.ts'
import { quoted } from '../../shared/shortened.ts'
import { cacheFolder, projectFolder } from '../host/machine/paths.ts'
import { explainFolder } from '../host/model/explainFolder.ts'

export const builtinModelFolder = join(projectFolder, 'resources', 'models', 'builtin')

/**
 * The folder that `model.path` names: the built-in model, a folder, or a hub id (`org/name`, optionally `@revision`)
 * that was put into the cache folder before. Nothing is downloaded here.
 *
 * @throws RecheckError `model.missing` with the way out
 */
export function modelFolderOf(path: string, workingFolder: string): string {
  if (path === 'builtin') return builtinModelFolder
  const folder = isAbsolute(path) ? path : resolve(workingFolder, path)
  if (existsSync(join(folder, 'config.json'))) return folder
  const cached = hubFolder(path)
  if (cached !== null && existsSync(join(cached, 'config.json'))) return cached
  throw new RecheckError('model.missing', missingMessage(path, folder, cached))
}

/** Where a hub id's files are looked for; null when the text is no hub id. */
export function hubFolder(path: string): string | null {
  const match = /^([\w.-]+)\/([\w.-]+)(?:@([\w.-]+))?$/.exec(path)
  if (match === null || path.includes('..')) return null
  const [, owner = '', name = '', revision = 'main'] = match
  return join(cacheFolder(), 'models', owner, name, revision)
}

function missingMessage(path: string, folder: string, cached: string | null): string {
  const found = existsSync(folder)
    ? `has no config.json: ${folder} ${explainFolder(folder)}`
    : `is not a folder with config.json (looked in ${folder}).`
  const hub =
    cached === null
      ? ''
      : ` If it is a hub id, put its files (config.json, *.safetensors, tokenizer.json, tokenizer_config.json) into ${cached}.`
  return `model ${quoted(path)} ${found}${hub} \`builtin\` is the model that comes with Recheck.`
}
