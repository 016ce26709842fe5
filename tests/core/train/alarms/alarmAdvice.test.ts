import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alarmAdvice } from '../../../../src/core/train/alarms/alarmAdvice.ts'
import { alarmTitles, type AlarmCode } from '../../../../src/shared/runs/alarms.ts'
import { isChangeable } from '../../../../src/shared/config/changeableFields.ts'
import { allConfigFields, configFields, valueAtPath } from '../../../../src/shared/config/fields.ts'
import { mergeConfigs, type ConfigLayer } from '../../../../src/shared/config/layers.ts'
import { parseConfig, type RunConfig } from '../../../../src/shared/config/parseConfig.ts'
import { presetConfig, presets } from '../../../../src/shared/config/presets.ts'

const codes = Object.keys(alarmTitles) as AlarmCode[]

/** Settings that some advice speaks of, each as it may stand. */
const layers: readonly (readonly ConfigLayer[])[] = [
  [{}, { verdictReward: 'balanced' }],
  [{}, { entropyBonus: 0.001 }],
  [{}, { verdictParser: 'pag' }],
  [{}, { data: { filter: 'drop-no-signal' } }, { data: { filter: 'drop-all-wrong' } }],
  [{}, { turnWeights: { verdict: 0 } }, { turnWeights: { revision: 0 } }],
  ['a-star-po', 'grpo', 'dr-grpo', 'dapo', 'reinforce', 'rloo'].map((method) => ({ method })),
]

/** Every combination of them, and every preset. */
const configs: readonly RunConfig[] = [
  ...layers
    .reduce<ConfigLayer[]>(
      (before, choices) => before.flatMap((layer) => choices.map((choice) => mergeConfigs(layer, choice))),
      [{}],
    )
    .map((layer) => parseConfig(layer, 'test')),
  ...presets.map(({ name }) => presetConfig(name)),
]

/** Alarms that cannot come up under a config have no advice there. */
function mayComeUp(code: AlarmCode, { method, vStar }: RunConfig): boolean {
  const compares = !['a-star-po', 'reinforce'].includes(method)
  if (code === 'alarm.no-spread') return compares
  return !code.startsWith('alarm.stale.') || (!compares && vStar.baseline !== 'running-mean')
}

const cases = codes.flatMap((code) =>
  configs
    .filter((config) => mayComeUp(code, config))
    .map((config) => ({ code, config, advice: alarmAdvice[code](config) })),
)

function layerOf(path: string, value: unknown): ConfigLayer {
  return path
    .split('.')
    .reverse()
    .reduce<unknown>((inner, key) => ({ [key]: inner }), value) as ConfigLayer
}

test('every alarm has advice under every config that it can come up with', () => {
  assert.ok(cases.length > 5000, `${cases.length}`)
  for (const { code, advice } of cases) assert.match(advice, /^[A-Z].*\.$/, code)
})

test('advice never names the value that the config has', () => {
  for (const { code, config, advice } of cases) {
    for (const [, path = '', value = ''] of advice.matchAll(/([a-z][\w.]*\w)=([\w-]*\w)/gi)) {
      const now = valueAtPath(config as ConfigLayer, path)
      assert.notEqual(now, undefined, `${code}: ${path}`)
      assert.notEqual(String(now), value, `${code}: ${advice}`)
      assert.doesNotThrow(() => parseConfig(mergeConfigs(config as ConfigLayer, layerOf(path, value)), code))
    }
  }
})

test('what is to be raised, lowered or set can be, and does something under that config', () => {
  let seen = 0
  for (const { code, config, advice } of cases) {
    for (const [, verb = '', path = ''] of advice.matchAll(
      /(raise|lower|set an|with a lower) ([a-z][\w.]*\w)(?![=\w])/gi,
    )) {
      const now = Number(valueAtPath(config as ConfigLayer, path))
      assert.ok(Number.isFinite(now), `${code}: ${path} in “${advice}”`)
      const next = /lower/i.test(verb) ? now / 2 : now === 0 ? 0.01 : now * 2
      assert.notEqual(next, now, `${code}: ${advice}`)
      if (verb === 'set an') assert.equal(now, 0, `${code}: ${advice}`)
      assert.doesNotThrow(() => parseConfig(mergeConfigs(config as ConfigLayer, layerOf(path, next)), code))
      if (path === 'policyBeta') assert.notEqual(config.method, 'dapo', 'dapo makes no use of policyBeta')
      if (path === 'groupSize') assert.ok(!['a-star-po', 'reinforce'].includes(config.method))
      seen++
    }
  }
  assert.ok(seen > 5000, `${seen}`)
})

test('a turn that is not trained is the first thing that is said', () => {
  const of = (code: AlarmCode, layer: ConfigLayer): string => alarmAdvice[code](parseConfig(layer, 'test'))
  assert.match(of('alarm.always-correct', { turnWeights: { verdict: 0 } }), /^Raise turnWeights\.verdict/)
  assert.match(of('alarm.change-ratio', { turnWeights: { revision: 0 } }), /^Raise turnWeights\.revision/)
})

test('advice names fields that there are, and asks for a new run where one cannot change on the way', () => {
  const named = cases.flatMap(({ code, advice }) =>
    [...advice.matchAll(/\b[a-z]+(?:[A-Z][a-z]+|\.[a-zA-Z]+)+/g)].map(([path]) => ({ code, advice, path })),
  )
  assert.ok(new Set(named.map(({ path }) => path)).size >= 9)
  const known = new Set([...allConfigFields, ...configFields].map(({ path }) => path))
  for (const { code, advice, path } of named) {
    assert.ok(known.has(path), `${code}: ${path}`)
    if (!isChangeable(path)) assert.match(advice, /new run/, code)
  }
})
