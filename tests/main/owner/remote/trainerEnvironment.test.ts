import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { trainerVariables } from '../../../../src/main/host/tensorflow/childEnvironment.ts'
import type { Submission } from '../../../../src/main/owner/remote/jobsApi.ts'
import { presetConfig } from '../../../../src/shared/config/presets.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'
import { testOwner } from '../support/ownerFixtures.ts'
import { accessOf, placeIn, processEngine } from './processEngine.ts'

test('a trainer there is started with the variables of one here: those that give memory back where its config saves some', async (t) => {
  const engine = processEngine(t)
  const shared = temporaryFolder(t)
  const owner = await testOwner(t, temporaryFolder(t), { remote: accessOf(engine) })
  engine.isFull = true
  const given = new Map<string, Submission['environment']>()
  const { submit } = engine
  engine.submit = (submission) => {
    given.set(submission.submissionId, submission.environment)
    return submit(submission)
  }
  const saving = presetConfig('builtin', { recompute: 'on' })
  for (const config of [presetConfig('builtin'), saving]) {
    const { runId } = owner.createRun({
      name: 'there',
      stage: 'self-correction',
      totalSteps: 20,
      place: placeIn(shared),
      config: JSON.stringify(config),
      configHash: 'h',
      tags: [],
      notes: '',
      group: null,
      vStarId: null,
    })
    owner.start(runId)
    while (!given.has(`${runId}.1`)) await wait(10)
  }
  assert.deepEqual([...given.values()], [{}, trainerVariables(saving)])
  assert.equal(trainerVariables(saving)['MALLOC_ARENA_MAX'], '2')
})
