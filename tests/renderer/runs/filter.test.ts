import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesFilter, namesBeyondList, parseFilter } from '../../../src/renderer/src/runs/filter.ts'
import { configValue } from '../../../src/renderer/src/widgets/run/runConfig.ts'
import { termOf, withTerm } from '../../../src/renderer/src/runs/filterText.ts'
import { configFields } from '../../../src/shared/config/fields.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import { listedRun, type RunValues } from '../../../src/shared/runs/runList.ts'
import { sampleRunRow } from '../support/runFixtures.ts'

const run = sampleRunRow('r1', {
  name: 'Balanced, rate 5e-5',
  status: 'stopped',
  tags: ['Baseline', 'two words'],
  group: 'rates',
  notes: 'see the lab log',
  latest: { 'accuracy/final': 0.61, 'policy/klK1': -0.02, 'revision/changeRatio': null },
})

function finds(text: string, of: Run = run): boolean {
  const { terms, problem } = parseFilter(text)
  assert.equal(problem, null)
  return matchesFilter(listedRun(of), terms, valuesOf(of, namesBeyondList(terms)))
}

/** As `run.values` answers: in the order of the names. */
function valuesOf(of: Run, names: readonly string[]): RunValues {
  const values = names.map((name) => of.latest[name] ?? configValue(of, name))
  return { names, values: { [of.runId]: values } }
}

test('a metric is compared as a number, spaces or not, negative or not', () => {
  assert.equal(finds('accuracy/final >= 0.6'), true)
  assert.equal(finds('accuracy/final>=0.62'), false)
  assert.equal(finds('accuracy/final >= 0.61 accuracy/final <= 0.61'), true)
  assert.equal(finds('policy/klK1 < -0.01'), true)
  assert.equal(finds('accuracy/final != 0.61'), false)
})

test('a metric that the run has not, or has as undefined, matches nothing', () => {
  assert.equal(finds('accuracy/attempt >= 0'), false)
  assert.equal(finds('revision/changeRatio >= 0'), false)
  assert.equal(finds('revision/changeRatio != 5'), false)
})

test('the list’s own metrics are not asked for again; config fields and other metrics are, each once', () => {
  const { terms } = parseFilter(
    'accuracy/final > 0 policy/klK1 < 1 policy/klK1 > 0 vStar.beta = 1 status:failed',
  )
  assert.deepEqual(namesBeyondList(terms), ['policy/klK1', 'vStar.beta'])
})

test('what is not read yet matches nothing, whatever the comparison', () => {
  for (const text of ['vStar.samples = 4', 'method != grpo', 'policy/klK1 < 5']) {
    assert.equal(matchesFilter(listedRun(run), parseFilter(text).terms, null), false, text)
  }
})

test('config fields: numbers by value, words by text, null', () => {
  assert.equal(finds('optimizer.learningRate = 0.00005'), true)
  assert.equal(finds('optimizer.learningRate > 1e-4'), false)
  assert.equal(finds('verdictReward = balanced'), true)
  assert.equal(finds('model.lora = null'), true)
  assert.equal(finds('vStar.samples <= 4 method != grpo'), true)
})

test('status, tag, group and words; every condition has to hold', () => {
  assert.equal(finds('status:stopped tag:baseline group:rates'), true)
  assert.equal(finds('tag:"two words" "lab log"'), true)
  assert.equal(finds('BALANCED rate'), true)
  assert.equal(finds('balanced status:running'), false)
  assert.equal(finds('absent'), false)
  assert.equal(finds(''), true)
})

test('what cannot be read is said, and names the thing', () => {
  assert.match(parseFilter('acuracy/final > 0.6').problem ?? '', /no metric or config field “acuracy\/final”/)
  assert.match(parseFilter('accuracy/final > high').problem ?? '', /compared with a number, not with “high”/)
  assert.match(parseFilter('status:done').problem ?? '', /no status “done”; there are queued, running/)
})

test('what can match no run is said instead, with the way out', () => {
  for (const [text, problem] of [
    ['accuracy/final >=', 'accuracy/final >= still needs the value to compare with.'],
    ['steps =', 'steps = still needs the value to compare with.'],
    ['status:', 'status: still needs its value.'],
    ['>= 0.6', '“>=” has nothing to compare: write a metric or a config field before it.'],
    ['steps=eighty', 'steps is compared with a number or null, not with “eighty”.'],
    ['evalEvery = sometimes', 'evalEvery is compared with a number or never, not with “sometimes”.'],
    ['capture = yes', 'capture is compared with true or false, not with “yes”.'],
    ['verdictReward = fair', 'verdictReward is compared with plain or balanced, not with “fair”.'],
    ['data.levels = easy', 'data.levels is compared with a whole list such as ["easy"], not with “easy”.'],
    ['tags = bonus', 'tags is searched for, not compared: write tag:bonus'],
    ['tags:"two words"', 'tags is searched for, not compared: write tag:"two words"'],
    ['status = finished', 'status is searched for, not compared: write status:finished'],
    ['name = demo', 'name is searched for, not compared: write demo'],
    ['method:grpo', 'A colon compares nothing: write method = grpo'],
    ['Acc@final > 0.5', 'There is no metric or config field “Acc@final”.'],
    ['constructor = 1', 'There is no metric or config field “constructor”.'],
  ] as const) {
    const filter = parseFilter(text)
    assert.ok(filter.problem?.startsWith(problem), `${text}: ${filter.problem ?? 'no problem'}`)
    assert.deepEqual(
      filter.terms.filter(({ kind }) => kind !== 'text'),
      [],
      text,
    )
  }
})

test('what else of a filter can be read still holds beside what cannot', () => {
  const { terms, problem } = parseFilter('balanced tag:baseline steps = eighty accuracy/final >')
  assert.equal(problem?.includes('steps') === true && problem.includes('accuracy/final >'), true)
  assert.deepEqual(
    terms.map(({ kind }) => kind),
    ['text', 'tag'],
  )
})

test('a word with a colon, and a quote that is still open, are searched for', () => {
  const noted = sampleRunRow('r2', { notes: 'from http://lab/7: two words' })
  assert.equal(finds('http://lab/7', noted), true)
  assert.equal(finds('7: "two wor', noted), true)
  assert.equal(finds('"7: two"', noted), true)
  assert.equal(finds('8: words', noted), false)
  assert.equal(finds(`data.levels = ${JSON.stringify(configValue(run, 'data.levels'))}`), true)
  assert.equal(finds('microBatch = auto evalEvery != never'), true)
})

test('more fields than can be read at once are refused', () => {
  const fields = configFields.filter(({ kind }) => kind === 'number' || kind === 'integer')
  const filter = (count: number): string =>
    fields
      .slice(0, count)
      .map(({ path }) => `${path} >= 0`)
      .join(' ')
  assert.equal(parseFilter(filter(20)).problem, null)
  assert.match(parseFilter(filter(21)).problem ?? '', /^At most 20 fields .* not 21\.$/)
})

test('the menus write into the text and read from it', () => {
  assert.equal(withTerm('balanced', 'status', 'running'), 'balanced status:running')
  assert.equal(withTerm('status:failed balanced', 'status', 'running'), 'balanced status:running')
  assert.equal(withTerm('balanced status:running', 'status', null), 'balanced')
  assert.equal(withTerm('', 'tag', 'two words'), 'tag:"two words"')
  assert.equal(termOf('a tag:"two words" b', 'tag'), 'two words')
  assert.equal(termOf('a b', 'tag'), null)
  const quoted = withTerm('', 'tag', 'say "hi" twice')
  assert.equal(quoted, 'tag:"say ""hi"" twice"')
  assert.equal(termOf(quoted, 'tag'), 'say "hi" twice')
  assert.equal(withTerm(`${quoted} rest`, 'tag', null), 'rest')
  assert.equal(finds(quoted, sampleRunRow('r2', { tags: ['say "hi" twice'] })), true)
  assert.equal(termOf('notatag:x', 'tag'), null)
})
