import { parseConfig, type RunConfig } from '../../../shared/config/parseConfig.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { startedStage } from '../../../shared/runs/startedStage.ts'

/**
 * The config of a stored run. @throws RecheckError `config.*` where another version wrote what this one does
 * not read, `run.imported`
 */
export function storedConfig(run: Pick<Run, 'runId' | 'stage' | 'config'>): RunConfig {
  const { runId, config } = run
  startedStage(run)
  return parseConfig(JSON.parse(config), `run ${runId}`)
}
