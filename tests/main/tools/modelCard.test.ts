import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { modelCard, type ModelCardFacts } from '../../../src/main/tools/modelCard.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import type { Evaluation } from '../../../src/shared/runs/records.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import { builtinModelLicence } from '../../../src/main/run/namedModelFolder.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { addRun, temporaryStore } from '../store/storeFixtures.ts'
import type { TestContext } from 'node:test'

function evaluation(step: number, split: Evaluation['split'], correct: number): Evaluation {
  const proportions = { 'accuracy/final': wilson(correct, 100), 'revision/changeRatio': wilson(0, 0) }
  return {
    evaluationId: `${split}-${step}`,
    runId: 'run-1a',
    step,
    split,
    samples: 4,
    problems: 25,
    proportions,
    createdAtMs: 1,
  }
}

function factsOf(t: TestContext, change: Partial<ModelCardFacts>): ModelCardFacts {
  const { db } = temporaryStore(t)
  addRun(db, 'run-1a', { name: 'a|b`c\u001b[2J\n# head', totalSteps: 40 })
  return {
    run: readRun(db, 'run-1a'),
    config: parseConfig({ data: { source: { path: '/home/somebody/secret/problems.jsonl' } } }, 'a test'),
    step: 20,
    base: 'owner/base',
    licence: 'apache-2.0',
    evaluations: [
      evaluation(0, 'validation', 1),
      evaluation(0, 'test', 30),
      evaluation(20, 'test', 45),
      evaluation(40, 'test', 50),
    ],
    parameters: 1234567,
    dtype: 'bf16',
    version: '1.2.3',
    date: '2026-11-27',
    ...change,
  }
}

test('the card names base, licence, data by its file name, config hash, and the figures of its step, not of a later one', (t) => {
  const card = modelCard(factsOf(t, {}))
  assert.ok(card.startsWith('---\nlicense: "apache-2.0"\nbase_model: "owner/base"\n'))
  assert.match(card, /\| Parameters \| 1,234,567, bf16 \|/)
  assert.match(card, /\| Data \| `problems\.jsonl`: \d+ training/)
  assert.ok(!card.includes('somebody'))
  assert.match(card, /\| Config hash \| `abc` \|/)
  assert.match(card, /\| \| before \(step 0\) \| after \(step 20\) \|/)
  assert.match(
    card,
    /\| Acc@final \| 0\.300 \[0\.219, 0\.396\], 30 of 100 \| 0\.450 \[0\.356, 0\.548\], 45 of 100 \|/,
  )
  assert.match(card, /\| Answer change ratio \| – \| – \|/)
})

test('names of others are never markup, controls or YAML; what is not known is said', (t) => {
  const card = modelCard(factsOf(t, { licence: null, evaluations: [], base: 'x"\nlicense: mit' }))
  assert.ok(!card.includes('\u001b') && !/^# head/m.test(card) && !/^license:/m.test(card))
  assert.match(card, /\| Licence of the base model \| not stated \|/)
  assert.match(card, /No evaluation of this run is stored at or before this step\./)
})

test('a run of a warm-up alone says what it was; the built-in model has the licence of package.json', (t) => {
  const facts = factsOf(t, {})
  const config = parseConfig({ warmUp: { learningRate: 0.003 } }, 'a test')
  const card = modelCard({
    ...facts,
    config,
    run: { ...facts.run, stage: 'warm-up' },
    licence: builtinModelLicence,
  })
  assert.match(card, /after 20 steps of supervised fine-tuning, in Recheck/)
  assert.match(card, /Supervised fine-tuning on what the assistant says .* learning rate 0\.003\./)
  assert.doesNotMatch(card, /reinforcement learning on|rewards/)
  assert.match(card, /\| Licence of the base model \| `as Recheck itself: UNLICENSED` \|/)
  const packageJson = readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')
  assert.ok(builtinModelLicence.endsWith((JSON.parse(packageJson) as { license: string }).license))
})
