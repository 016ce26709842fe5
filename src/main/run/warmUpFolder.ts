import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { RunConfig } from '../../shared/config/parseConfig.ts'

/** Where the warm-up of a run keeps what it makes, relative to the data folder, `/` between its parts. */
export function warmUpFolder(runId: string): string {
  return `runs/${runId}/warm-up`
}

/** The model that a run's warm-up makes, a Hugging Face folder. */
export function warmUpModelFolder(dataDir: string, runId: string): string {
  return join(dataDir, warmUpFolder(runId), 'model')
}

/**
 * The folder whose weights are the initial policy and the reference of a run; null: those of `model.path`.
 *
 * @returns null also while the warm-up is not finished
 */
export function warmedModel({ warmUp }: RunConfig, dataDir: string, runId: string): string | null {
  if (warmUp === null) return null
  const folder = warmUpModelFolder(dataDir, runId)
  return existsSync(join(folder, 'config.json')) ? folder : null
}
