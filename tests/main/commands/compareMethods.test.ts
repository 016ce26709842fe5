import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { openForReading } from '../../../src/main/store/database.ts'
import { listRuns } from '../../../src/main/store/runs/runStore.ts'
import { reportForPage } from '../../../src/main/tools/report/subjectReport.ts'
import { littleModelFolder } from '../owner/realRuns/realRuns.ts'

const cli = resolve(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')
const folder = mkdtempSync(join(tmpdir(), 'recheck-methods-'))
const dataDir = join(folder, 'data')
after(() => rmSync(folder, { recursive: true, force: true }))

const small = ['data.train=16', 'data.validation=8', 'data.test=8', 'vStar.samples=2', 'problemsPerStep=8']
  .concat('sampling.maxCompletionTokens=24', 'onNoSignal=warn', `model.path=${littleModelFolder}`)
  .flatMap((each) => ['--set', each])

function compare(...args: string[]) {
  const line = [cli, 'compare-methods', '--data-dir', dataDir, ...args].concat(small)
  const { status, stdout, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

test('what is wrong is said before anything runs', () => {
  const unknown = compare('--tokens', '5000', '--methods', 'grpo-4,ppo')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /--methods: no method "ppo"; expected some of a-star-po-pag, a-star-po-single/)
  assert.match(compare('--tokens', '5000', '--methods', 'grpo-4,grpo-4').stderr, /expected each once/)
  assert.match(
    compare('--tokens', '5000', '--set', 'optimizer.schedule=linear').stderr,
    /constant with maxTokens/,
  )
  writeFileSync(join(folder, 'there.md'), 'kept')
  const taken = compare('--tokens', '5000', '--out', join(folder, 'there.md'))
  assert.match(taken.stderr, /exists already/)
  assert.equal(readFileSync(join(folder, 'there.md'), 'utf8'), 'kept')
  assert.equal(existsSync(dataDir), false)
})

test('two methods at equal tokens: one seed, then one more by the same command; a report with pictures', () => {
  const methods = ['--methods', 'a-star-po-single,grpo-4', '--tokens', '2500', '--name', 'two']
  const first = compare('--seeds', '1', '--json', ...methods)
  assert.equal(first.code, 0, first.stderr)
  // what has finished so far, of two seeds that are wanted; nothing is started
  const early = join(folder, 'early.md')
  const partial = compare('--seeds', '2', '--report-only', '--out', early, ...methods)
  assert.equal(partial.code, 0, partial.stderr)
  assert.match(readFileSync(early, 'utf8'), /This is of 1 seed a method.* 2 runs have not finished/)
  const file = join(folder, 'methods.md')
  const second = compare('--seeds', '2', '--json', '--out', file, ...methods)
  assert.equal(second.code, 0, second.stderr)

  const db = openForReading(dataDir) ?? assert.fail('no store')
  const runs = listRuns(db)
  db.close()
  assert.deepEqual(
    runs.map(({ name, status, group }) => [name, status, group]).toSorted(),
    ['A*-PO, single turn', 'GRPO, G = 4'].flatMap((method) =>
      [0, 1].map((seed) => [`${method} · seed ${seed}`, 'finished', 'two']),
    ),
    'a finished trial is not repeated',
  )
  const { methods: found, differences } = JSON.parse(second.stdout) as {
    methods: { method: string; seeds: number; tokens: number }[]
    differences: { method: string; metric: string }[]
  }
  assert.deepEqual(
    found.map(({ method, seeds }) => [method, seeds]),
    [
      ['A*-PO, single turn', 2],
      ['GRPO, G = 4', 2],
    ],
  )
  // the step that crosses the budget is finished: at most 32 rollouts of 3 turns of 24 tokens beyond
  for (const { tokens } of found) assert.ok(tokens >= 2500 && tokens < 2500 + 32 * 72, String(tokens))
  assert.deepEqual(
    differences.map(({ method, metric }) => `${method} ${metric}`),
    ['GRPO, G = 4 Acc@t1', 'GRPO, G = 4 Acc@final'],
  )
  const report = readFileSync(file, 'utf8')
  assert.match(
    report,
    /recheck compare-methods --preset builtin --seeds 2 --tokens 2500 --methods a-star-po-single,grpo-4/,
  )
  assert.match(report, /This is of 2 seeds a method/)
  for (const picture of ['methods-1.svg', 'methods-2.svg']) {
    assert.match(report, new RegExp(`\\]\\(${picture}\\)`))
    assert.match(readFileSync(join(folder, picture), 'utf8'), /^<svg/)
  }
})

test('a comparison of methods is reported as a sweep is: by the command, and as a page asks for it', async () => {
  const file = join(folder, 'two.html')
  const line = [cli, 'report', '--sweep', 'two', '--out', file, '--data-dir', dataDir]
  const { status, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const html = readFileSync(file, 'utf8')
  assert.match(html, /^<!doctype html>/)
  assert.match(html, /then: recheck sweep --config methods\.yaml/)
  assert.match(html, /This is of 2 seeds a method/)
  for (const method of ['A\\*-PO, single turn', 'GRPO, G = 4'])
    assert.match(html, new RegExp(`<td>${method}`))
  assert.ok((html.match(/<figure><img alt="[^"]+" src="data:image\/svg/g)?.length ?? 0) >= 2)
  const asked = { dataDir, subject: { sweep: 'two' }, format: 'markdown' } as const
  const { name, text } = await reportForPage(asked, () => undefined)
  assert.equal(name, 'report-two.md')
  assert.match(text, /This is of 2 seeds a method/)
  assert.match(text, /\| GRPO, G = 4 \|/)
})
