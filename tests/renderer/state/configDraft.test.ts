import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as draft from '../../../src/renderer/src/state/configDraft.ts'
import { fieldLabel, formGroups } from '../../../src/renderer/src/state/formGroups.ts'
import { configFields, type ConfigField } from '../../../src/shared/configFields.ts'
import { parseConfig } from '../../../src/shared/config.ts'
import { presetConfig, presets } from '../../../src/shared/presets.ts'

function fieldAt(path: string): ConfigField {
  const field = configFields.find((each) => each.path === path)
  assert.ok(field, path)
  return field
}

test('every field of the schema stands in the form exactly once', () => {
  const shown = formGroups.flatMap((group) => group.fields.map((field) => field.path))
  assert.deepEqual(shown.toSorted(), configFields.map((field) => field.path).toSorted())
  assert.equal(fieldLabel('optimizer.learningRate'), 'Learning rate')
})

test('the draft of every preset means the preset, and holds no default', () => {
  for (const preset of presets) {
    const small = draft.draftOf(preset.config)
    assert.deepEqual(parseConfig(small, 'test'), presetConfig(preset.name), preset.name)
    const resolved = draft.draftOf(presetConfig(preset.name))
    assert.deepEqual(parseConfig(resolved, 'test'), presetConfig(preset.name), preset.name)
    assert.ok(JSON.stringify(resolved).length < 500, preset.name)
  }
})

test('a field set and set back leaves nothing behind, not even its group', () => {
  const rate = fieldAt('optimizer.learningRate')
  const changed = draft.withField({ seed: 3 }, rate, 1e-4)
  assert.deepEqual(changed, { seed: 3, optimizer: { learningRate: 1e-4 } })
  assert.equal(draft.draftValue(changed, rate), 1e-4)
  assert.deepEqual(draft.withField(changed, rate, rate.defaultValue), { seed: 3 })
  assert.equal(draft.draftValue({}, rate), 5e-5)
})

test('steps replace epochs and the other way round', () => {
  assert.deepEqual(draft.withField({ steps: 40 }, fieldAt('epochs'), 2), { epochs: 2 })
})

test('YAML both ways; a text that is no YAML or no group of fields says so', () => {
  const made = { steps: 40, vStar: { samples: 4 } }
  assert.deepEqual(draft.parseDraftYaml(draft.draftYaml(made)), { draft: made })
  assert.equal(draft.draftYaml({}), '')
  assert.deepEqual(draft.parseDraftYaml('# nothing'), { draft: {} })
  assert.ok('problem' in draft.parseDraftYaml('a: [1'))
  assert.deepEqual(draft.parseDraftYaml('7'), { problem: 'expected fields, for example “seed: 1”' })
})

test('problems stand at their field; an unknown one stands by itself', () => {
  const { byPath, general } = draft.draftProblems({ optimizer: { learningRate: -1 }, learningrate: 2 })
  assert.equal(byPath.get('optimizer.learningRate'), 'expected a number > 0, got -1')
  assert.deepEqual(general, ['learningrate: expected a known field, got an unknown one'])
  const lora = draft.draftProblems({ model: { lora: { rank: 0 } } })
  assert.ok(lora.byPath.has('model.lora'))
})

test('what is typed: numbers, names among numbers, nothing as null, groups; text that is no number stays text', () => {
  assert.equal(draft.readFieldText(fieldAt('optimizer.learningRate'), ' 1e-5 '), 1e-5)
  assert.equal(draft.readFieldText(fieldAt('optimizer.learningRate'), '1e-'), '1e-')
  assert.equal(draft.readFieldText(fieldAt('vStar.beta'), 'mean'), 'mean')
  assert.equal(draft.readFieldText(fieldAt('steps'), ''), null)
  assert.deepEqual(draft.readFieldText(fieldAt('model.lora'), '{ rank: 8 }'), { rank: 8 })
  assert.deepEqual(draft.readFieldText(fieldAt('data.source'), 'gsm8k'), 'gsm8k')
  assert.equal(draft.writeFieldText({ rank: 8 }), '{"rank":8}')
  assert.equal(draft.writeFieldText(null), '')
})
