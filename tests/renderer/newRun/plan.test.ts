import assert from 'node:assert/strict'
import { test } from 'node:test'
import { artifactChoices } from '../../../src/renderer/src/newRun/artifactChoices.ts'
import { checkedPart, fieldOfError } from '../../../src/renderer/src/newRun/planNotes.ts'
import { planLines, planNotices } from '../../../src/renderer/src/newRun/plan.ts'
import { estimatePlan, type StartKind } from '../../../src/renderer/src/newRun/startKind.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { vStarConfigInputs } from '../../../src/shared/config/fields.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { ListedVStar } from '../../../src/shared/runs/records.ts'
import type { RecheckErrorCode } from '../../../src/shared/errors/errorCodes.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import type { PlanCheck } from '../../../src/shared/routes/plan.ts'

const builtin = presetConfig('builtin')
const check: PlanCheck = {
  inputs: { ...vStarConfigInputs(builtin), 'hash of the reference': 'aa' },
  inputHash: 'h1',
  problems: 2048,
  parameters: 799_232,
  longestRollout: 252,
  maxPositions: 256,
  rowsPerPass: 37,
  checkpointBytes: 9_590_784,
  dataNote: null,
  modelNotices: [],
  memory: {
    items: [],
    host: { neededBytes: 3 * 2 ** 30, peak: 'update', freeBytes: 20 * 2 ** 30, totalBytes: 24 * 2 ** 30 },
    device: null,
    microBatch: { planned: 37, most: 4096 },
    rolloutsTogether: { planned: 192, most: 4096 },
    switches: [],
  },
}

function amounts(
  config: unknown,
  stage: 'self-correction' | 'estimate-v-star',
  isEstimated = false,
): string[] {
  const lines = planLines({
    config: parseConfig(config, 'test'),
    stage,
    isEstimated,
    check: null,
    pace: undefined,
  })
  return lines.map(({ what, amount }) => `${what}: ${amount}`)
}

test('what a run takes, by hand: rollouts of both stages and of its evaluations', () => {
  // 2,048 × 4; 80 × 192; evaluations at steps 0, 20, 40, 60, 80 of 256 and twice 1,000
  assert.deepEqual(amounts(builtin, 'self-correction'), [
    'Stage 1: 8,192 rollouts',
    'Stage 2: 15,360 rollouts',
    'Evaluations: 3,280 rollouts',
  ])
  assert.deepEqual(amounts(builtin, 'self-correction', true)[0], 'Stage 2: 15,360 rollouts')
  assert.deepEqual(amounts(builtin, 'estimate-v-star'), ['Stage 1: 8,192 rollouts'])
  // 40 steps × 24 problems × 8 rollouts, no stage 1; evaluations at 0, 20, 40
  assert.deepEqual(amounts(presetConfig('grpo-baseline'), 'self-correction'), [
    'Stage 2: 7,680 rollouts',
    'Evaluations: 2,768 rollouts',
  ])
})

test('a budget of tokens stands in the place of a number of steps', () => {
  const config = parseConfig({ maxTokens: 90_000 }, 'test')
  const lines = planLines({ config, stage: 'self-correction', isEstimated: false, check: null, pace: null })
  const stageTwo = lines.find(({ what }) => what === 'Stage 2')
  assert.equal(stageTwo?.amount, 'until 90,000 tokens')
  assert.match(stageTwo?.how ?? '', /^generated, those of stage 1 among them; /)
  assert.match(lines.find(({ what }) => what === 'Evaluations')?.amount ?? '', /^at least /)
  assert.match(lines.find(({ what }) => what === 'Time')?.how ?? '', /a budget of tokens ends the run/)
})

test('a last step that is no multiple, no evaluation between, epochs whose filter is not known yet', () => {
  const small = { data: { train: 16, validation: 10, test: 0 }, problemsPerStep: 8 }
  assert.match(amounts({ ...small, steps: 41 }, 'self-correction').at(-1) ?? '', /: 40 rollouts/) // 0, 20, 40, 41
  assert.match(
    amounts({ ...small, steps: 41, evalEvery: 'never' }, 'self-correction').at(-1) ?? '',
    /: 20 rollouts/,
  )
  const filtered = { ...small, data: { ...small.data, filter: 'drop-no-signal' }, epochs: 2 }
  assert.equal(amounts(filtered, 'self-correction')[1], 'Stage 2: at most 32 rollouts') // 4 steps × 8
})

test('what the machine found: longest rollout, rows in memory, checkpoints kept', () => {
  const pace = { runId: '20261127-1200', samplingMs: 2, updateMs: 6 }
  const lines = planLines({ config: builtin, stage: 'self-correction', isEstimated: false, check, pace })
  const of = (what: string) => lines.find((line) => line.what === what)
  assert.equal(of('Longest rollout')?.amount, '252 tokens')
  assert.match(of('Longest rollout')?.how ?? '', /799,232 parameters.*takes 256; 37 rollouts in memory/)
  assert.equal(of('Checkpoints')?.amount, '27.4 MiB') // 3 × 9,590,784 ÷ 2²⁰
  assert.equal(of('Memory')?.amount, 'about 3.0 GiB')
  // (8,192 + 15,360 + 3,280) × 2 ms + 15,360 × 6 ms = 145.8 s
  assert.deepEqual(
    [of('Time')?.amount, of('Time')?.how],
    ['about 2 min 26 s', '1.5 s a step, at the pace of 20261127-1200'],
  )
  assert.match(of('Memory')?.how ?? '', /at most, in an update; 20\.0 GiB of 24\.0 GiB are free/)
})

test('the time is not made up; a run without a reasonable end is warned of', () => {
  const plan = { config: builtin, stage: 'self-correction', isEstimated: true, check: null } as const
  const time = planLines({ ...plan, pace: null }).find(({ what }) => what === 'Time')
  assert.deepEqual(
    [time?.amount, time?.how],
    ['not known', 'no earlier run here had this model and these settings'],
  )
  assert.deepEqual(planNotices({ ...plan, pace: null }), [])
  const endless = { ...plan, config: parseConfig({ steps: 1e9, problemsPerStep: 192 }, 'test') }
  // 1e9 × 192 and 5e7 evaluations of 256: 204.8e9 rollouts at 10,000 a second are 20.48e6 s = 237 days; at
  // 1,000 a second 2,370
  assert.match(
    planNotices({ ...endless, pace: null }).join(),
    /: even at 10,000 rollouts a second this takes about 237 days\./,
  )
  const pace = { runId: 'r', samplingMs: 1, updateMs: 0 }
  assert.match(planNotices({ ...endless, pace }).join(), / rollouts: this takes about 2,370 days\./)
})

function artifact(vStarId: string, inputs: Readonly<Record<string, string>>, createdAtMs = 1): ListedVStar {
  return {
    vStarId,
    runId: `run-${vStarId}`,
    createdAtMs,
    inputHash: vStarId,
    inputs,
    complete: true,
    problems: 2048,
    runName: `run-${vStarId}`,
    beta: 0.25,
  }
}

test('V* estimates: those that fit first, then the newest whatever the clock said; of the others the parts that differ, in words', () => {
  const setting = { config: builtin, check }
  const artifacts = [
    artifact('other-seed', { ...check.inputs, seed: '7', 'hash of the problems': 'zz' }, 5),
    artifact('fits', check.inputs, 1),
    artifact('other-files', { ...check.inputs, 'hash of the reference': 'bb' }, 9),
    { ...artifact('unfinished', check.inputs, 10), complete: false },
  ]
  const choices = artifactChoices({ ...setting, artifacts })
  assert.deepEqual(
    choices.map(({ vStarId, differing }) => [vStarId, differing]),
    [
      ['fits', []],
      ['other-seed', ['Seed: 7 there, 0 here']],
      ['other-files', ['the reference model’s files']],
    ],
  )
  const facts = artifactChoices({ ...setting, artifacts })[0]?.facts ?? []
  for (const fact of [
    'model builtin',
    'template auto',
    'grader math',
    'seed 0',
    'N 4',
    'β₁ 0.25',
    '2,048 problems',
  ])
    assert.ok(facts.includes(fact), `${fact} in ${facts.join()}`)
  // before the machine has answered, files are not compared
  const early = artifactChoices({ ...setting, artifacts, check: null })
  assert.deepEqual(early.find(({ vStarId }) => vStarId === 'other-files')?.differing, [])
})

test('where the estimate comes from: stage 1, one that fits, one chosen by hand, none needed', () => {
  const artifacts = [artifact('h1', check.inputs), artifact('old', { ...check.inputs, seed: '7' })]
  const choices = artifactChoices({ artifacts, config: builtin, check })
  const plan = (kind: StartKind, vStarId: string | null = null, config = builtin) =>
    estimatePlan({ kind, vStarId, choices, artifacts, config, check })
  assert.equal(plan('stage-1').isThere, false)
  assert.equal(plan('both').isThere, true)
  assert.match(plan('both').words, /“run-h1” fits/)
  assert.equal(plan('stage-2').problem, 'choose the V* estimate to train against')
  assert.equal(plan('stage-2', 'h1').problem, null)
  assert.match(plan('stage-2', 'old').problem ?? '', /no longer fits: Seed: 7 there, 0 here/)
  const grpo = plan('stage-2', null, presetConfig('grpo-baseline'))
  assert.deepEqual([grpo.problem, grpo.isChosenByHand, grpo.isThere], [null, false, true])
})

test('an error of the machine stands at the field it is about', () => {
  const at = (code: RecheckErrorCode, data = {}, config = builtin) =>
    fieldOfError(new RecheckError(code, 'model "org/ref" is not a folder', data), config)
  assert.equal(at('model.missing'), 'model.path')
  assert.equal(at('checkpoint.missing-tensor'), 'model.path')
  assert.equal(at('data.missing'), 'data.source')
  assert.equal(at('template.unknown'), 'template')
  assert.equal(at('device.no-gpu'), 'device')
  assert.equal(at('train.too-long'), 'sampling.maxCompletionTokens')
  assert.equal(at('inquiry.failed'), null)
  const file = parseConfig({ data: { source: { path: 'a.csv' } }, model: { reference: 'org/ref' } }, 'test')
  assert.equal(at('data.missing', {}, file), 'data.source.path')
  assert.equal(at('model.missing', { field: 'model.reference' }, file), 'model.reference')
  assert.equal(at('model.missing', {}, file), 'model.path', 'whatever names the message mentions')
  assert.equal(at('model.reference', {}, file), 'model.reference')
})

test('the machine is not asked again for a name, a note, an alarm or the optimizer', () => {
  const part = (layer: object) => JSON.stringify(checkedPart(presetConfig('builtin', { ...layer })))
  const base = part({})
  for (const layer of [
    { name: 'x' },
    { notes: 'y' },
    { alarms: { enabled: false } },
    { optimizer: { beta2: 0.5 } },
  ])
    assert.equal(part(layer), base)
  for (const layer of [{ seed: 1 }, { model: { path: 'x' } }, { data: { train: 8 } }, { device: 'gpu' }])
    assert.notEqual(part(layer), base)
})
