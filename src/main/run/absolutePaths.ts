import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isHubName } from '../host/datasets/datasetsFolder.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'

/**
 * A config whose files are found from any folder: a run is resumed by another process than the one that was
 * given it, and that one has its own working folder.
 *
 * @param workingFolder absolute; relative paths of the config start here. What is no folder there stays as it
 *   is: it may be the name of a model, or is refused with the name that was given
 */
export function withAbsolutePaths(config: RunConfig, workingFolder: string): RunConfig {
  const { model, data, template, warmUp } = config
  const modelPath = (path: string): string =>
    existsSync(join(workingFolder, path, 'config.json')) ? resolve(workingFolder, path) : path
  const dataPath = (path: string): string =>
    isHubName(path) && !existsSync(join(workingFolder, path)) ? path : resolve(workingFolder, path)
  return {
    ...config,
    model: {
      ...model,
      path: model.path === 'builtin' ? model.path : modelPath(model.path),
      reference: model.reference === null ? null : modelPath(model.reference),
    },
    data: {
      ...data,
      source:
        typeof data.source === 'string' ? data.source : { ...data.source, path: dataPath(data.source.path) },
    },
    warmUp:
      warmUp === null || typeof warmUp.source === 'string'
        ? warmUp
        : { ...warmUp, source: { path: resolve(workingFolder, warmUp.source.path) } },
    template: /\.(ya?ml|json)$/.test(template) ? resolve(workingFolder, template) : template,
  }
}
