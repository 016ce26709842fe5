import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EnvironmentVariables } from '../machine/paths.ts'
import { dataFolder } from '../machine/paths.ts'
import { formatOf } from './fileFormat.ts'
import { isModelName } from '../model/modelLibrary.ts'

/** Where the folders `math` and `gsm8k` are: `RECHECK_DATASETS`, else `datasets` in the data folder. */
export function datasetsFolder(environment: EnvironmentVariables = process.env): string {
  const folder = environment['RECHECK_DATASETS']
  return folder ? resolve(folder) : join(dataFolder(undefined, environment), 'datasets')
}

/**
 * A path, or the name of a data set in the folder of data sets (`math`, `owner/name`) where no such path
 * exists.
 */
export function datasetPath(pathOrName: string, workingFolder = process.cwd()): string {
  const path = resolve(workingFolder, pathOrName)
  if (existsSync(path) || !isModelName(pathOrName)) return path
  const folder = join(datasetsFolder(), pathOrName.replace('/', '--'))
  return pathOrName === 'math' || pathOrName === 'gsm8k' || existsSync(folder) ? folder : path
}

/**
 * Whether a text can only be a data set of the hub, `owner/name`: one part before it, and no ending of a
 * problem file.
 */
export function isHubName(text: string): boolean {
  return /^[^/]+\/[^/]+$/.test(text) && isModelName(text) && formatOf(text) === null
}
