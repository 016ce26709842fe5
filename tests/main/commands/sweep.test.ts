import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import BetterSqlite3 from 'better-sqlite3'
import { openForReading } from '../../../src/main/store/database.ts'
import { listRuns } from '../../../src/main/store/runs/runStore.ts'
import { littleModelFolder } from '../owner/realRuns/realRuns.ts'

const cli = resolve(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')
const folder = mkdtempSync(join(tmpdir(), 'recheck-sweep-'))
const dataDir = join(folder, 'data')
const file = join(folder, 'sweep.yaml')
after(() => rmSync(folder, { recursive: true, force: true }))

const small = {
  model: { path: littleModelFolder },
  data: { train: 16, validation: 8, test: 8 },
  vStar: { samples: 2 },
  sampling: { maxCompletionTokens: 16 },
  steps: 1,
  problemsPerStep: 8,
  onNoSignal: 'warn',
}
const sweep = { name: 'tried', preset: 'builtin', config: small, grid: { revisionBonus: [0, 1] } }

interface SweepDocument {
  trials: { name: string; runId: string | null; status: string | null; validation: number | null }[]
  points: { point: string; validation: { mean: number } | null }[]
}

function recheck(value: unknown, ...args: string[]) {
  writeFileSync(file, JSON.stringify(value))
  const line = [cli, 'sweep', '--config', file, '--data-dir', dataDir, '--json', ...args]
  const { status, stdout, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' })
  return { code: status, stderr, document: stdout === '' ? null : (JSON.parse(stdout) as SweepDocument) }
}

const runsNow = () => {
  const db = openForReading(dataDir) ?? assert.fail('no store')
  try {
    return listRuns(db).map(({ runId, name, status, group, activeMs }) => ({
      runId,
      name,
      status,
      group,
      activeMs,
    }))
  } finally {
    db.close()
  }
}

test('a sweep that is killed goes on with what is left, shares V*, and repeats no finished trial', async () => {
  writeFileSync(file, JSON.stringify(sweep))
  const child = spawn(process.execPath, [cli, 'sweep', '--config', file, '--data-dir', dataDir], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const exited = once(child, 'exit')
  let said = ''
  for await (const text of child.stderr.setEncoding('utf8')) {
    said += String(text)
    if (said.includes('Trial 2 of 2')) break
  }
  process.kill(-(child.pid ?? assert.fail()), 'SIGKILL')
  await exited
  const before = runsNow()
  const first = before.find(({ name }) => name === 'revisionBonus=0 · seed 0')
  assert.equal(first?.status, 'finished')

  const { code, stderr, document } = recheck(sweep)
  assert.equal(code, 0, stderr)
  assert.deepEqual(
    document?.trials.map(({ name, status }) => [name, status]),
    [
      ['revisionBonus=0 · seed 0', 'finished'],
      ['revisionBonus=1 · seed 0', 'finished'],
    ],
  )
  const runs = runsNow()
  assert.equal(runs.length, 2)
  assert.deepEqual(
    runs.find(({ runId }) => runId === first.runId),
    first,
  )
  assert.ok(runs.every(({ group }) => group === 'tried'))
  // the second trial's V* is the first one's: α changes no sample of stage 1
  assert.doesNotMatch(stderr, /estimating V\*/)

  const again = recheck(sweep)
  assert.equal(again.code, 0, again.stderr)
  assert.deepEqual(again.document, document)
  assert.deepEqual(runsNow(), runs)
})

test('a run that was made before a field was there goes on as if it had the default', () => {
  const db = new BetterSqlite3(join(dataDir, 'recheck.db'))
  const { changes } = db
    .prepare("UPDATE run SET config = json_remove(config, '$.optimizer.clipNorm') WHERE run_group = 'tried'")
    .run()
  db.close()
  assert.equal(changes, 2)
  const runs = runsNow()
  const { code, stderr } = recheck(sweep)
  assert.equal(code, 0, stderr)
  assert.deepEqual(runsNow(), runs)
})

test('another config under the name of a trial that has run is refused; a budget leaves trials open and says so', () => {
  const changed = recheck({ ...sweep, config: { ...small, policyBeta: 0.01 } })
  assert.equal(changed.code, 2)
  assert.match(
    changed.stderr,
    /of another config: 1 fields differ, policyBeta is 0\.001 there and 0\.01 here\. Give the changed sweep another name/,
  )
  const capped = recheck({ ...sweep, name: 'capped', budget: { runs: 1 } })
  assert.equal(capped.code, 0, capped.stderr)
  assert.deepEqual(
    capped.document?.trials.map(({ status }) => status),
    ['finished', null],
  )
})

test('halving: all points to the first rung, the kept ones extended to the next; once more repeats nothing', () => {
  const halved = {
    name: 'halved',
    preset: 'builtin',
    config: { ...small, steps: null },
    grid: { revisionBonus: [0, 1, 2] },
    halving: { steps: [1, 2], keep: 0.4 },
  }
  const first = recheck(halved)
  assert.equal(first.code, 0, first.stderr)
  assert.match(first.stderr, /After 1 steps 2 of 3 points go on: /)
  const stepsOf = () => {
    const db = openForReading(dataDir) ?? assert.fail('no store')
    try {
      const runs = listRuns(db, { group: 'halved' })
      return runs.map(({ stepsDone, runId, activeMs }) => ({ stepsDone, runId, activeMs }))
    } finally {
      db.close()
    }
  }
  const runs = stepsOf()
  assert.deepEqual(runs.map(({ stepsDone }) => stepsDone).toSorted(), [1, 2, 2])
  const again = recheck(halved)
  assert.equal(again.code, 0, again.stderr)
  assert.deepEqual(again.document, first.document)
  assert.deepEqual(stepsOf(), runs)
})

test('a dry run names the trials and starts none; bad input is told by path with exit code 2', () => {
  const dry = recheck({ ...sweep, name: 'dry' }, '--dry-run')
  assert.equal(dry.code, 0, dry.stderr)
  assert.ok(!runsNow().some(({ group }) => group === 'dry'))
  const bad = recheck({ ...sweep, grid: { revisonBonus: [1] } })
  assert.equal(bad.code, 2)
  assert.match(bad.stderr, /no field "revisonBonus". Did you mean "revisionBonus"/)
})
