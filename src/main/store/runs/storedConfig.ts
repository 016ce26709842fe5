import { parseConfig, type RunConfig } from '../../../shared/config/parseConfig.ts'
import type { Run } from '../../../shared/runs/records.ts'

/**
 * The config of a stored run. @throws RecheckError `config.*` where another version wrote what this one does
 * not read
 */
export function storedConfig({ runId, config }: Pick<Run, 'runId' | 'config'>): RunConfig {
  return parseConfig(JSON.parse(config), `run ${runId}`)
}
