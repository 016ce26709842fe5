import type { Run, VStarArtifact } from '../../../shared/records.ts'
import { formatCount, formatTime } from './format.ts'

export interface Choice {
  readonly value: string
  readonly label: string
}

/** Complete V* artifacts, newest first, by the run that made them. */
export function artifactChoices(artifacts: readonly VStarArtifact[], runs: readonly Run[]): Choice[] {
  return artifacts
    .filter((artifact) => artifact.complete)
    .toSorted((a, b) => b.createdAtMs - a.createdAtMs)
    .map((artifact) => {
      const name = runs.find((run) => run.runId === artifact.runId)?.name ?? artifact.runId
      const facts = `${formatCount(artifact.problems)} problems, ${formatTime(artifact.createdAtMs)}`
      return { value: artifact.vStarId, label: `${name} (${facts}, ${artifact.inputHash.slice(0, 8)})` }
    })
}
