import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeableFields, isChangeable } from '../../../src/shared/config/changeableFields.ts'
import { parseConfig, stepsPerEpoch, totalSteps } from '../../../src/shared/config/parseConfig.ts'
import {
  allConfigFields,
  canonicalConfig,
  configFields,
  vStarConfigInputs,
  vStarInputFields,
} from '../../../src/shared/config/fields.ts'
import {
  configDifferences,
  mergeConfigs,
  nearestField,
  parseSetting,
} from '../../../src/shared/config/layers.ts'
import { trainingProblems } from '../../../src/shared/config/problems.ts'
import { presetConfig, presets } from '../../../src/shared/config/presets.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

function message(value: unknown): string {
  try {
    parseConfig(value, 'runs/a.json')
  } catch (error) {
    assert.ok(error instanceof RecheckError)
    assert.equal(error.code, 'config.invalid')
    return error.message
  }
  return assert.fail('expected the config to be refused')
}

test('the defaults are those of the table: N 8, β₁ 0.5, β₂ 0.001, α 1, B 192, one epoch', () => {
  const config = parseConfig({}, 'nothing')
  assert.equal(config.vStar.samples, 8)
  assert.equal(config.vStar.beta, 0.5)
  assert.equal(config.policyBeta, 0.001)
  assert.equal(config.revisionBonus, 1)
  assert.equal(config.problemsPerStep, 192)
  assert.deepEqual([config.steps, config.epochs], [null, 1])
  assert.deepEqual(config.turnWeights, { attempt: 1, verdict: 1, revision: 1 })
  assert.deepEqual(
    [config.optimizer.beta1, config.optimizer.beta2, config.optimizer.clipNorm],
    [0.9, 0.95, 1],
  )
})

test('a config is frozen, groups included', () => {
  const config = parseConfig({}, 'nothing')
  assert.ok(Object.isFrozen(config) && Object.isFrozen(config.vStar) && Object.isFrozen(config.optimizer))
})

test('every problem is named at once, with path, expected and got', () => {
  const text = message({ steps: 0.5, method: 'ppo', data: { trian: 3 }, vStar: { beta: -1 }, zeal: 1 })
  assert.equal(
    text,
    [
      'runs/a.json is not a valid run config:',
      '  method: expected one of a-star-po, grpo, dr-grpo, dapo, reinforce, rloo, rejection-sampling, got "ppo"',
      '  data.trian: expected a known field, got an unknown one in data',
      '  vStar.beta: expected a number > 0, got -1',
      '  steps: expected an integer, got 0.5',
      '  zeal: expected a known field, got an unknown one',
    ].join('\n'),
  )
})

test('a config that is no object is refused in words', () => {
  assert.match(message(null), /\(top level\): expected a value of type object, got null/)
  assert.match(message([]), /\(top level\): expected a value of type object, got \[\]/)
})

test('a group among names: what is wrong within it is named there; something else is told all that would do', () => {
  assert.match(
    message({ data: { source: { path: '', fields: { questoin: 'q' } } } }),
    /data\.source\.path: expected the path of a file or folder, got ""\n {2}data\.source\.fields\.questoin: expected a known field/,
  )
  assert.match(
    message({ data: { source: {} } }),
    /data\.source\.path: expected a value of type string, got nothing/,
  )
  assert.match(
    message({ data: { source: 'foo' } }),
    /data\.source: expected one of arithmetic, math, gsm8k, or a value of type object, got "foo"/,
  )
  assert.match(message({ data: { levels: [] } }), /data\.levels: expected at least one, got \[\]/)
})

test('fields within a group that is one value: by their own path, with name and default', () => {
  const inner = allConfigFields.filter(({ path }) => path.startsWith('model.lora.'))
  assert.deepEqual(inner.map(({ path, defaultValue }) => [path.slice(11), defaultValue]).slice(0, 2), [
    ['rank', 16],
    ['alpha', 32],
  ])
  assert.equal(allConfigFields.length - configFields.length, 4 + 5 + 12 + 1 + 2)
  for (const { path, label } of allConfigFields) assert.ok(label.length > 2 && label !== path, path)
})

test('rules between fields: steps or epochs, two mini-batches without a ratio, β₂ > 0, some weight', () => {
  assert.match(message({ steps: 3, epochs: 1 }), /steps: expected exactly one of steps, epochs and maxTokens/)
  assert.match(
    message({ epochs: 1, maxTokens: 1000 }),
    /epochs: expected exactly one of steps, epochs and maxTokens, got \{"epochs":1,"maxTokens":1000\}/,
  )
  assert.match(
    message({ maxTokens: 1000, optimizer: { schedule: 'linear' } }),
    /optimizer.schedule: expected constant with maxTokens/,
  )
  assert.match(message({ miniBatches: 3 }), /miniBatches: expected a number ≤ 2 with method a-star-po/)
  assert.equal(parseConfig({ miniBatches: 3, method: 'grpo' }, 'x').miniBatches, 3)
  assert.match(message({ policyBeta: 0 }), /policyBeta: expected a number > 0 with method a-star-po/)
  assert.match(message({ turnWeights: { attempt: 0, verdict: 0, revision: 0 } }), /at least one weight > 0/)
  assert.match(
    message({ turns: 'single', turnWeights: { attempt: 0 } }),
    /turnWeights: expected at least one weight > 0 among attempt, the turns of a rollout with turns single/,
  )
  const onlyRevisions = { attempt: 0, verdict: 0, revision: 1 }
  assert.match(message({ turns: 'never-revise', turnWeights: onlyRevisions }), /among attempt, verdict,/)
  assert.equal(parseConfig({ turnWeights: onlyRevisions }, 'x').turnWeights.revision, 1)
  assert.match(
    message({ steps: 3, optimizer: { warmupSteps: 3 } }),
    /warmupSteps: expected a number < steps \(3\)/,
  )
})

test('training refuses greedy sampling and a cut-off tail', () => {
  const config = parseConfig({ sampling: { temperature: 0, topP: 0.95, topK: 5 } }, 'x')
  assert.deepEqual(
    trainingProblems(config).map((problem) => problem.path),
    ['sampling.temperature', 'sampling.topP', 'sampling.topK'],
  )
  assert.deepEqual(trainingProblems(parseConfig({}, 'x')), [])
})

test('steps of a run: floor of problems ÷ B per epoch, at least one', () => {
  const config = parseConfig({ epochs: 25, problemsPerStep: 256 }, 'x')
  assert.equal(stepsPerEpoch(config, 7500), 29) // A*-PO's 29 batches per epoch, 725 steps
  assert.equal(totalSteps(config, 7500), 725)
  assert.equal(stepsPerEpoch(config, 10), 1)
  assert.equal(stepsPerEpoch(parseConfig({}, 'x'), 4096), 21)
  assert.equal(totalSteps(parseConfig({ steps: 7 }, 'x'), 7500), 7)
})

test('canonical text: order of keys and of layers does not matter, any value does', () => {
  const one = parseConfig({ seed: 1, vStar: { beta: 0.25, samples: 4 } }, 'x')
  const other = parseConfig({ vStar: { samples: 4, beta: 0.25 }, seed: 1 }, 'y')
  assert.equal(canonicalConfig(one), canonicalConfig(other))
  assert.notEqual(
    canonicalConfig(one),
    canonicalConfig(parseConfig({ seed: 2, vStar: { samples: 4, beta: 0.25 } }, 'x')),
  )
})

test('the V* hash covers what stage 1 samples, and not β₁', () => {
  assert.deepEqual(vStarInputFields, [
    'seed',
    'model.path',
    'model.reference',
    'model.baseWeights',
    'data.source',
    'data.levels',
    'data.train',
    'template',
    'grader',
    'verdictParser',
    'sampling.temperature',
    'sampling.topP',
    'sampling.topK',
    'sampling.maxCompletionTokens',
    'vStar.samples',
  ])
  const base = vStarConfigInputs(parseConfig({}, 'x'))
  assert.deepEqual(vStarConfigInputs(parseConfig({ vStar: { beta: 2 }, policyBeta: 1 }, 'x')), base)
  assert.notDeepEqual(vStarConfigInputs(parseConfig({ vStar: { samples: 4 } }, 'x')), base)
})

test('what may change on the way is a field or a group, and nothing that V* was estimated from', () => {
  for (const path of changeableFields) {
    assert.ok(
      configFields.some((field) => field.path === path || field.path.startsWith(`${path}.`)),
      path,
    )
  }
  for (const path of [...vStarInputFields, 'method', 'turns', 'steps', 'data.filter', 'problemsPerStep']) {
    assert.equal(isChangeable(path), false, path)
  }
  assert.equal(isChangeable('optimizer.learningRate'), true)
  assert.equal(isChangeable('keepSomething'), false)
})

test('every field has a path, a meaning and a kind; defaults satisfy the schema', () => {
  const paths = configFields.map((field) => field.path)
  assert.equal(new Set(paths).size, paths.length)
  for (const field of configFields) assert.ok(field.description.length > 3, field.path)
  const beta = configFields.find((field) => field.path === 'vStar.beta')
  assert.deepEqual([beta?.kind, beta?.choices, beta?.unit], ['number', ['mean', 'max'], 'reward'])
  assert.equal(configFields.find((field) => field.path === 'optimizer.clipNorm')?.nullable, true)
})

test('layers: a budget of tokens replaces steps and epochs, and the other way round', () => {
  const budget = parseConfig(mergeConfigs({ steps: 80 }, { maxTokens: 5000 }), 'x')
  assert.deepEqual([budget.steps, budget.epochs, budget.maxTokens], [null, null, 5000])
  const steps = parseConfig(mergeConfigs({ maxTokens: 5000 }, { steps: 80 }), 'x')
  assert.deepEqual([steps.steps, steps.epochs, steps.maxTokens], [80, null, null])
})

test('layers: the last one wins field by field, and steps replace epochs', () => {
  const layers = [
    { epochs: 2, vStar: { beta: 1, samples: 4 } },
    parseSetting('vStar.beta=mean'),
    parseSetting('steps=9'),
  ]
  const config = parseConfig(mergeConfigs(...layers), 'x')
  assert.deepEqual(
    [config.vStar.beta, config.vStar.samples, config.steps, config.epochs],
    ['mean', 4, 9, null],
  )
  assert.deepEqual(mergeConfigs(parseSetting('model.lora={"rank":4}'), parseSetting('model.lora=null')), {
    model: { lora: null },
  })
  assert.deepEqual(parseSetting('name=007'), { name: '007' })
})

test('a key that is a property of every object is an unknown field like any other', () => {
  for (const key of ['__proto__', 'constructor', 'toString']) {
    const layer = JSON.parse(`{"${key}": {"steps": 3}, "data": {"${key}": {"train": 7}}}`) as Record<
      string,
      unknown
    >
    assert.throws(
      () => parseConfig(mergeConfigs({ data: { test: 5 } }, layer), 'x'),
      (thrown: Error) =>
        [` ${key}: `, ` data.${key}: `].every((line) =>
          thrown.message.includes(`${line}expected a known field`),
        ),
      key,
    )
  }
})

test('a setting that names no field says which one is nearest', () => {
  assert.equal(nearestField('learningrate'), 'optimizer.learningRate')
  assert.throws(() => parseSetting('data.trian=3'), /no field "data.trian". Did you mean "data.train"\?/)
  assert.throws(() => parseSetting('steps'), /expected path=value, got "steps"/)
})

test('differences name the fields and both values', () => {
  const left = parseConfig({ seed: 1 }, 'x')
  const right = parseConfig({ seed: 2, vStar: { beta: 1 } }, 'x')
  assert.deepEqual(configDifferences(left, right), [
    { path: 'seed', left: 1, right: 2 },
    { path: 'vStar.beta', left: 0.5, right: 1 },
  ])
})

test('every preset is valid; the notebook keeps the original’s values', () => {
  for (const preset of presets) assert.ok(presetConfig(preset.name).method, preset.name)
  const notebook = presetConfig('notebook')
  assert.deepEqual(
    [
      notebook.vStar.beta,
      notebook.policyBeta,
      notebook.vStar.samples,
      notebook.epochs,
      notebook.problemsPerStep,
      notebook.data.train,
    ],
    [0.5, 0.001, 8, 10, 4, 50],
  )
  assert.equal(presetConfig('gpt2-demo').onNoSignal, 'warn')
  assert.throws(() => presetConfig('bultin'), /no preset "bultin"; expected one of builtin, /)
})
