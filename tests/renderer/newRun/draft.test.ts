import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as draft from '../../../src/renderer/src/newRun/form/draft.ts'
import { firstOf, formGroups, shownGroups } from '../../../src/renderer/src/newRun/form/groups.ts'
import { allConfigFields, configFields, type ConfigField } from '../../../src/shared/config/fields.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { presetConfig, presets } from '../../../src/shared/config/presets.ts'

function fieldAt(path: string): ConfigField {
  const field = allConfigFields.find((each) => each.path === path)
  assert.ok(field, path)
  return field
}

test('every field of the schema stands in the form exactly once', () => {
  const shown = formGroups.flatMap((group) => group.fields.map((field) => field.path))
  assert.deepEqual(shown.toSorted(), configFields.map((field) => field.path).toSorted())
})

test('every field has a name of its own in sentence case; terms of art are explained', () => {
  const labels = allConfigFields.map(({ label }) => label)
  assert.equal(new Set(labels).size, labels.length)
  for (const { path, label } of allConfigFields) {
    assert.match(label, /^[A-Z]/, path)
    assert.doesNotMatch(label, /[a-z][A-Z][a-z]|\./, path) // no path, no camel case
  }
  for (const term of ['model.lora', 'policyBeta', 'vStar.beta', 'method', 'sampling.topP', 'miniBatches']) {
    assert.ok((fieldAt(term).hint ?? '').length > 30, term)
  }
  assert.equal(fieldAt('model.lora').label, 'LoRA adapter')
})

test('a filter: words of name, meaning or inner field; only what differs; a wrong field is never hidden', () => {
  const paths = (text: string, onlyChanged = false, wrong: string[] = []): string[] =>
    shownGroups({ steps: 3 }, { text, onlyChanged }, new Set(wrong)).flatMap(({ fields }) =>
      fields.map(({ path }) => path),
    )
  assert.deepEqual(paths('dropout'), ['model.lora'])
  assert.deepEqual(paths('WARM-UP'), ['warmUp', 'optimizer.schedule', 'optimizer.warmupSteps'])
  assert.deepEqual(paths('', true), ['steps'])
  assert.deepEqual(paths('', true, ['data.source.path']), ['data.source', 'steps'])
  assert.deepEqual(paths('', false).length, configFields.length)
})

test('the first of several wrong fields is the topmost in the form, inner ones in their place', () => {
  assert.equal(firstOf(new Set(['optimizer.learningRate', 'data.source.path', 'steps'])), 'data.source.path')
  assert.equal(firstOf(new Set(['general'])), 'general')
  assert.equal(firstOf(new Set()), null)
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

test('steps set by hand replace epochs and the other way round; both from a YAML text stay, and are reported', () => {
  assert.deepEqual(draft.withField({ steps: 40 }, fieldAt('epochs'), 2), { epochs: 2 })
  assert.deepEqual(draft.withField({ epochs: 2 }, fieldAt('steps'), null), { epochs: 2 })
  assert.deepEqual(draft.withField({ epochs: 2 }, fieldAt('maxTokens'), 900), { maxTokens: 900 })
  assert.deepEqual(draft.withField({ maxTokens: 900 }, fieldAt('steps'), 3), { steps: 3 })
  const both = draft.parseDraftYaml('steps: 40\nepochs: 2')
  assert.deepEqual(both, { draft: { steps: 40, epochs: 2 } })
  const { byPath, config } = draft.checkDraft({ steps: 40, epochs: 2 }, 'self-correction')
  assert.match(byPath.get('steps') ?? '', /exactly one of steps, epochs and maxTokens/)
  assert.equal(config, null)
})

test('the form’s values hold every default, and mean the draft they came from', () => {
  for (const each of presets) {
    const small = draft.draftOf(each.config)
    const values = draft.formValues(small)
    assert.deepEqual(draft.draftOf(values), draft.draftOf(draft.formValues(draft.draftOf(values))), each.name)
    assert.deepEqual(parseConfig(draft.draftOf(values), 'test'), presetConfig(each.name), each.name)
  }
  const empty = draft.formValues({})
  assert.deepEqual(draft.draftOf(empty), {})
  assert.equal((empty.optimizer as { learningRate: number }).learningRate, 5e-5)
  const odd = { optimizer: 5, zeal: { x: 1 }, model: { lora: { rank: 4, rnk: 2 } } }
  assert.deepEqual(draft.draftOf(draft.formValues(odd)), odd)
})

test('a group switched on has its defaults, and only what differs from them is written down', () => {
  const lora = draft.emptyGroup(fieldAt('model.lora'))
  assert.equal(lora.rank, 16)
  assert.deepEqual(draft.withField({}, fieldAt('model.lora'), lora), { model: { lora: {} } })
  assert.deepEqual(draft.withField({}, fieldAt('model.lora'), { ...lora, rank: 8 }), {
    model: { lora: { rank: 8 } },
  })
  const file = draft.emptyGroup(fieldAt('data.source'))
  assert.deepEqual(file, {
    path: '',
    fields: { question: 'question', answer: 'answer', subject: null, level: null },
  })
  const { byPath } = draft.checkDraft(draft.withField({}, fieldAt('data.source'), file), 'self-correction')
  assert.deepEqual([...byPath], [['data.source.path', 'expected the path of a file or folder, got ""']])
})

test('differences: a field, a group switched on as one, inner fields where both have the group', () => {
  const lora = (rank: number): draft.ConfigDraft => ({ model: { lora: { rank } } })
  assert.deepEqual(draft.draftDifferences({}, { seed: 3 }), [{ path: 'seed', values: [0, 3] }])
  assert.deepEqual(draft.draftDifferences({}, lora(8)), [{ path: 'model.lora', values: [null, { rank: 8 }] }])
  assert.deepEqual(draft.draftDifferences(lora(8), lora(16)), [{ path: 'model.lora.rank', values: [8, 16] }])
})

test('YAML both ways; a text that is no YAML or no group of fields says so', () => {
  const made = { steps: 40, vStar: { samples: 4 } }
  assert.deepEqual(draft.parseDraftYaml(draft.draftYaml(made)), { draft: made })
  assert.equal(draft.draftYaml({}), '')
  assert.deepEqual(draft.parseDraftYaml('# nothing'), { draft: {} })
  const open = draft.parseDraftYaml('a: [1')
  assert.ok('problem' in open && /line 1, column \d+\.$/.test(open.problem), JSON.stringify(open))
  const circle = draft.parseDraftYaml('model: &again\n  base: *again')
  assert.ok('problem' in circle && /own anchor/.test(circle.problem))
  const long = `notes: ${'x'.repeat(200_000)}`
  assert.deepEqual(draft.parseDraftYaml(long), {
    problem: 'a config has at most 200,000 characters, and this text has 200,007.',
  })
  assert.deepEqual(draft.parseDraftYaml('7'), { problem: 'expected fields, for example “seed: 1”' })
})

test('problems stand at their field, inner ones too; an unknown key stands by itself with its name', () => {
  const of = (value: draft.ConfigDraft) => draft.checkDraft(value, 'self-correction')
  const { byPath, general } = of({ optimizer: { learningRate: -1 }, learningrate: 2 })
  assert.equal(byPath.get('optimizer.learningRate'), 'expected a number > 0, got -1')
  assert.deepEqual(general, ['learningrate: expected a known field, got an unknown one'])
  const lora = of({ model: { lora: { rank: 0, rnk: 3 } } })
  assert.deepEqual([...lora.byPath], [['model.lora.rank', 'expected a number ≥ 1, got 0']])
  assert.deepEqual(lora.general, ['model.lora.rnk: expected a known field, got an unknown one in model.lora'])
  assert.ok(of({ data: { levels: ['easy', 'odd'] } }).byPath.has('data.levels'))
})

test('what the trainer refuses is said at its field: adapters, greedy sampling; stage 1 alone may be greedy', () => {
  const greedy = { sampling: { temperature: 0 } }
  assert.match(
    draft.checkDraft(greedy, 'self-correction').byPath.get('sampling.temperature') ?? '',
    /> 0 while training/,
  )
  assert.equal(draft.checkDraft(greedy, 'estimate-v-star').byPath.size, 0)
  const rounded = { model: { baseWeights: 'int8', lora: { dropout: 0.1 } }, warmUp: {} }
  const refused = draft.checkDraft(rounded, 'estimate-v-star')
  assert.deepEqual([...refused.byPath.keys()], ['model.baseWeights'])
})

test('what is typed: numbers, names among numbers, nothing as null; text that is no number stays text', () => {
  assert.equal(draft.readFieldText(fieldAt('optimizer.learningRate'), ' 1e-5 '), 1e-5)
  assert.equal(draft.readFieldText(fieldAt('optimizer.learningRate'), '1e-'), '1e-')
  assert.equal(draft.readFieldText(fieldAt('vStar.beta'), 'mean'), 'mean')
  assert.equal(draft.readFieldText(fieldAt('steps'), ''), null)
  assert.equal(draft.readFieldText(fieldAt('data.source.fields.level'), ''), null)
  assert.equal(draft.readFieldText(fieldAt('data.source.path'), 'a.csv'), 'a.csv')
  assert.equal(draft.writeFieldText({ rank: 8 }), '{"rank":8}')
  assert.equal(draft.writeFieldText(null), '')
})

test('what no field can hold is reported, whatever a YAML text makes of it', () => {
  const problemsOf = (text: string): object => {
    const read = draft.parseDraftYaml(text)
    assert.ok('draft' in read, text)
    return Object.fromEntries(draft.checkDraft(read.draft, 'self-correction').byPath)
  }
  // null is the default of steps: infinity must not be taken for it
  assert.deepEqual(problemsOf('steps: 1e400'), { steps: 'expected a value of type number, got Infinity' })
  assert.deepEqual(problemsOf('seed: .nan'), { seed: 'expected a value of type number, got NaN' })
  // a list has a "filter" of its own
  const list = draft.parseDraftYaml('data: []')
  assert.deepEqual(list, { draft: { data: [] } })
  const { general } = draft.checkDraft({ data: [] }, 'self-correction')
  assert.deepEqual(general, ['data: expected a value of type object, got []'])
})

test('a group within a group that may be off: set back, it leaves the outer one on', () => {
  const source = fieldAt('warmUp.source')
  const file = draft.withField({ warmUp: {} }, source, draft.emptyGroup(source))
  assert.deepEqual(file, { warmUp: { source: { path: '' } } })
  const { byPath, general } = draft.checkDraft(file, 'warm-up')
  assert.deepEqual([...byPath], [['warmUp.source.path', 'expected the path of a file, got ""']])
  assert.deepEqual(general, [])
  assert.equal(firstOf(new Set(['warmUp.source.path', 'vStar.beta'])), 'warmUp.source.path')
  const back = draft.draftOf(draft.formValues(draft.withField(file, source, source.defaultValue)))
  assert.deepEqual(back, { warmUp: {} })
})
