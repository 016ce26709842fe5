import type { Run } from '../../shared/runs/records.ts'

/** To four significant digits; a dash for what is not there. */
export function formatValue(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(4)))
}

/** How far a run is; without its end where that is not known, as with a budget of tokens. */
export function formatProgress({ stepsDone, totalSteps }: Pick<Run, 'stepsDone' | 'totalSteps'>): string {
  return totalSteps === 0 ? String(stepsDone) : `${stepsDone}/${totalSteps}`
}
