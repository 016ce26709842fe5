import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { runJob } from '../../../src/main/trainer/runJob.ts'
import type { JobPort } from '../../../src/main/wire/jobPort.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { sampleRunRow } from '../../renderer/support/runFixtures.ts'

const port: JobPort = {
  emit: () => undefined,
  checkpoint: async () => undefined,
  flush: async () => undefined,
  betweenSteps: async () => 'continue',
  sayMicroBatch: () => undefined,
  stopNow: { aborted: false },
  activeMs: () => 0,
}

test('a source that is gone when its run’s turn comes ends the run: it trains on nothing else than it is named after', async () => {
  process.env['RECHECK_DATASETS'] = join(import.meta.dirname, 'nowhere')
  const config = presetConfig('builtin', { data: { source: 'math', fallback: 'arithmetic' } })
  const run = sampleRunRow('r', { stage: 'estimate-v-star', config: JSON.stringify(config) })
  const request = { run, config, dataDir: '', checkpoints: [], vStar: null, firstBatch: 0 }
  await assert.rejects(runJob(request, port), {
    code: 'data.missing',
    message:
      /nowhere\/math: no such file or folder\. It was there when this run was made, and a run trains on nothing else/,
  })
})
