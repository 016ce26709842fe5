import { existsSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { quoted } from '../../shared/text/shortened.ts'
import { projectFolder } from '../host/machine/paths.ts'
import { explainFolder } from '../host/model/explainFolder.ts'
import { parseRepoName, shortNames } from '../host/hub/repoName.ts'
import { findModel, isModelName, libraryFolder } from '../host/model/modelLibrary.ts'

export const builtinModelFolder = join(projectFolder, 'resources', 'models', 'builtin')
/** Of the built-in model: `license` of package.json, whose word UNLICENSED grants no rights. */
export const builtinModelLicence = 'as Recheck itself: UNLICENSED'

/**
 * The folder that `model.path` names: the built-in model, a folder, or a model of the library by its name
 * (`name`, `org/name`, optionally `@revision`). Nothing is downloaded here.
 *
 * @throws RecheckError `model.missing` with the way out
 */
export function modelFolderOf(path: string, workingFolder: string): string {
  if (path === 'builtin') return builtinModelFolder
  const folder = isAbsolute(path) ? path : resolve(workingFolder, path)
  if (existsSync(join(folder, 'config.json'))) return folder
  const found = findModel(path)
  if (found !== null) return found
  const fetch = isHubModel(path) ? { fetch: { kind: 'model', name: path } } : {}
  throw new RecheckError('model.missing', missingMessage(path, folder), fetch)
}

/** Whether a text that is no folder may be a model of the hub. */
export function isHubModel(path: string): boolean {
  return Object.hasOwn(shortNames, path) || (path.includes('/') && parseRepoName(path, 'model') !== null)
}

function missingMessage(path: string, folder: string): string {
  const found = existsSync(folder)
    ? `has no config.json: ${folder} ${explainFolder(folder)}`
    : `is not a folder with config.json (looked in ${folder}).`
  const fetched = isHubModel(path) ? ` "recheck models pull ${path}" fetches it from the hub.` : ''
  const named = isModelName(path)
    ? ` By hand: put its files (config.json, *.safetensors, tokenizer.json, tokenizer_config.json) into ${libraryFolder(path)}.`
    : ''
  return `model ${quoted(path)} ${found}${fetched}${named} \`builtin\` is the model that comes with Recheck.`
}
