import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EnvironmentVariables } from '../machine/paths.ts'
import { dataFolder } from '../machine/paths.ts'

/** Where the folders `math` and `gsm8k` are: `RECHECK_DATASETS`, else `datasets` in the data folder. */
export function datasetsFolder(environment: EnvironmentVariables = process.env): string {
  const folder = environment['RECHECK_DATASETS']
  return folder ? resolve(folder) : join(dataFolder(undefined, environment), 'datasets')
}

/** A path, or one of the names `math` and `gsm8k` where no such path exists. */
export function datasetPath(pathOrName: string): string {
  const isName = pathOrName === 'math' || pathOrName === 'gsm8k'
  return isName && !existsSync(pathOrName) ? join(datasetsFolder(), pathOrName) : resolve(pathOrName)
}
