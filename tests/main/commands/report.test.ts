import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { register as registerImport } from '../../../src/main/commands/importRuns.ts'
import { register } from '../../../src/main/commands/report.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { openForWriting } from '../../../src/main/store/database.ts'
import { storeEvaluation } from '../../../src/main/store/evaluationStore.ts'
import { htmlReport } from '../../../src/main/tools/report/html.ts'
import { markdownReport } from '../../../src/main/tools/report/markdown.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { wilson } from '../../../src/shared/statistics.ts'
import { addRun, metricsAt, rollout, temporaryFolder, turn } from '../store/storeFixtures.ts'
import { recheck } from './smallStore.ts'

const hostile = '<img src=x onerror=alert(1)> `x` | [l](javascript:1) \u001b]0;t\u0007 \u202e "q" &amp;'

function storeWithRuns(t: TestContext): string {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  for (const [runId, seed] of [
    ['run-1', 1],
    ['run-2', 2],
  ] as const) {
    addRun(db, runId, {
      name: `${hostile} ${seed}`,
      config: JSON.stringify(presetConfig('builtin', { seed })),
      group: 'two seeds',
    })
    const spoilt = rollout(0, 'p1', {
      verdict: 'wrong',
      question: hostile,
      turns: [
        turn('attempt', { isCorrect: true }),
        turn('verdict', { isCorrect: false }),
        turn('revision', { isCorrect: false, completionText: `\`\`\`\n${hostile}` }),
      ],
    })
    const events = [
      metricsAt(0, { 'accuracy/final': 0.5 }),
      { type: 'rollouts', rollouts: [spoilt] } as const,
    ]
    openBatchWriter(db, runId).store({ runId, sequence: 1, events }, 1)
    for (const step of [0, 10])
      storeEvaluation(
        db,
        {
          evaluationId: `${runId} ${step}`,
          runId,
          step,
          split: 'test',
          samples: 1,
          problems: 1000,
          createdAtMs: 1,
          proportions: {
            'accuracy/attempt': wilson(749, 1000),
            'accuracy/final': wilson(766, 1000),
            'verifier/wrongRecall': wilson(150, 251),
            'revision/wrongToRightOfRevised': wilson(70, 150),
            'revision/rightToWrongOfRevised': wilson(53, 143),
          },
        },
        'must-equal',
      )
  }
  db.close()
  return dataDir
}

test('a report of two runs: shares and gain with intervals, what the configs differ in, seven plots each, one file', async (t) => {
  const dataDir = storeWithRuns(t)
  const file = join(temporaryFolder(t), 'report.html')
  assert.equal(
    await recheck(register, 'report', 'run-1', 'run-2', '--out', file, '--data-dir', dataDir),
    `${file}\n`,
  )
  const html = readFileSync(file, 'utf8')
  assert.equal(html.match(/<figure><img alt="[^"]+" src="data:image\/svg\+xml;base64,/g)?.length, 14)
  assert.match(html, /0\.766 \[0\.739, 0\.791\]/)
  // 70 corrected, 53 spoilt of 1,000
  assert.match(html, /Revising adds \+0\.017 \[−0\.005, \+0\.039\], which may be nothing/)
  assert.match(html, /<tr><td>seed<\/td><td>1<\/td><td>2<\/td><\/tr>/)
  assert.match(html, /<summary>Spoilt at step 0:/)
  assert.match(html, /recheck train --config run\.yaml/)
  assert.doesNotMatch(html, /<img src=x|<script|http-equiv="refresh"|(?:src|href)="(?!data:image\/svg)/)
  assert.doesNotMatch(html, /[\u001b\u0007\u202e]/)
})

test('Markdown of the same: hostile text is neither markup nor a cell of its own, nor ends its fence', async (t) => {
  const dataDir = storeWithRuns(t)
  const file = join(temporaryFolder(t), 'report.md')
  await recheck(register, 'report', 'run-1', '--out', file, '--data-dir', dataDir)
  const text = readFileSync(file, 'utf8')
  assert.match(text, /^# Report on \\<img src=x onerror=alert\(1\)\\> \\`x\\` \\\|/)
  assert.match(text, /\n````\nProblem: /)
  assert.doesNotMatch(text, /[\u001b\u0007\u202e]/)
})

test('a run of another tool: its metrics as they were logged and drawn, and no claim of an evaluation', async (t) => {
  const dataDir = temporaryFolder(t)
  const history = join(import.meta.dirname, '../../fixtures/imports/wandb-history.csv')
  await recheck(registerImport, 'import-runs', history, '--data-dir', dataDir)
  const file = join(temporaryFolder(t), 'report.html')
  await recheck(register, 'report', 'wandb-history', '--out', file, '--data-dir', dataDir)
  const html = readFileSync(file, 'utf8')
  assert.match(html, /Imported from W&amp;B \(wandb-history\.csv\)/)
  assert.match(html, /<td>acc<\/td><td>2<\/td>/)
  assert.equal(html.match(/<figure>/g)?.length, 2)
  assert.match(html, /2 metrics in all\.<\/p>/)
  assert.doesNotMatch(html, /To do it again/)
})

test('a group as a sweep: points, curves, trials as runs; runs and a sweep together are refused', async (t) => {
  const dataDir = storeWithRuns(t)
  const file = join(temporaryFolder(t), 'group.html')
  await recheck(register, 'report', '--sweep', 'two seeds', '--out', file, '--data-dir', dataDir)
  const html = readFileSync(file, 'utf8')
  assert.match(html, /<h1>Report on the group two seeds<\/h1>/)
  assert.equal(html.match(/<figure>/g)?.length, 3)
  for (const runId of ['run-1', 'run-2']) assert.ok(html.includes(`<td>${runId}</td>`), runId)
  assert.doesNotMatch(html, /<img src=x|[\u001b\u0007\u202e]/)
  const refused = { code: 'usage.invalid' }
  await assert.rejects(recheck(register, 'report', '--data-dir', dataDir), refused)
  const both = recheck(register, 'report', 'run-1', '--sweep', 'two seeds', '--data-dir', dataDir)
  await assert.rejects(both, { ...refused, message: /Expected runs or --sweep NAME, got both/ })
  const unknown = recheck(register, 'report', '--sweep', 'none', '--data-dir', dataDir)
  await assert.rejects(unknown, { code: 'sweep.unknown' })
})

test('a file that is there is neither overwritten nor drawn for; nothing half written stays', async (t) => {
  const dataDir = storeWithRuns(t)
  const folder = temporaryFolder(t)
  const file = join(folder, 'report.html')
  writeFileSync(file, 'mine')
  await assert.rejects(recheck(register, 'report', 'run-1', '--out', file, '--data-dir', dataDir), {
    code: 'report.exists',
    message: /report\.html exists already; choose another file with --out, nothing is overwritten/,
  })
  await assert.rejects(
    recheck(register, 'report', 'run-1', '--out', join(dataDir, 'runs', 'r.html'), '--data-dir', dataDir),
    { code: 'report.inside-data' },
  )
  assert.equal(readFileSync(file, 'utf8'), 'mine')
  assert.deepEqual(readdirSync(folder), ['report.html'])
})

test('both writers show every kind of block', () => {
  const document = {
    title: 't',
    blocks: [
      { kind: 'heading', level: 2, text: 'a < b' },
      { kind: 'text', text: 'x & y' },
      { kind: 'table', titles: ['p|q'], rows: [['1']] },
      { kind: 'code', text: 'c', title: null },
    ] as const,
  }
  assert.match(htmlReport(document), /<h2>a &lt; b<\/h2>\n<p>x &amp; y<\/p>/)
  assert.equal(
    markdownReport(document),
    '## a \\< b\n\nx \\& y\n\n| p\\|q |\n| --- |\n| 1 |\n\n```\nc\n```\n',
  )
})
