import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import { listedRun, type ListedRun } from '../../../src/shared/runs/runList.ts'

/** Written out: the preset may change. */
const config = presetConfig('builtin', {
  steps: 40,
  problemsPerStep: 192,
  verdictReward: 'balanced',
  vStar: { samples: 4 },
  optimizer: { learningRate: 5e-5 },
})

export function sampleRunRow(runId: string, fields: Partial<Run> = {}): Run {
  return {
    runId,
    name: `name of ${runId}`,
    stage: 'self-correction',
    status: 'finished',
    configHash: 'c0ffee',
    config: JSON.stringify(config),
    tags: [],
    notes: '',
    group: null,
    archived: false,
    pinned: false,
    deletedAtMs: null,
    createdAtMs: 0,
    startedAtMs: null,
    endedAtMs: null,
    processId: null,
    processStartedAtMs: null,
    heartbeatAtMs: null,
    device: null,
    step: 0,
    stepsDone: 0,
    totalSteps: 40,
    activeMs: 0,
    tokensGenerated: 0,
    problemsSeen: 0,
    error: null,
    latest: {},
    testScore: null,
    vStarId: null,
    ...fields,
  }
}

/** The same as the run list has it. */
export function sampleLine(runId: string, fields: Partial<Run> = {}): ListedRun {
  return listedRun(sampleRunRow(runId, fields))
}
