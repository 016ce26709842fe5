import type { ListedRun } from '../../../shared/runs/runList.ts'
import type { RunStatus } from '../../../shared/runs/records.ts'
import { useRouteQuery } from './useRoute.ts'

/**
 * Runs with one of these, archived ones too: they hold a device as any other does. Undefined = not read yet.
 */
export function useRunsWithStatus(statuses: readonly RunStatus[]): readonly ListedRun[] | undefined {
  const listed = useRouteQuery('run.list', { statuses: [...statuses] }).data
  const archived = useRouteQuery('run.list', { archived: true, statuses: [...statuses] }).data
  return listed === undefined || archived === undefined ? undefined : [...listed, ...archived]
}
