import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import BetterSqlite3 from 'better-sqlite3'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import {
  databasePath,
  integrityProblems,
  openForReading,
  openForWriting,
} from '../../../src/main/store/database.ts'
import { readEvaluations } from '../../../src/main/store/evaluationStore.ts'
import { readLog } from '../../../src/main/store/eventLog.ts'
import { readSeries } from '../../../src/main/store/metrics/metricQuery.ts'
import { migrate, migrations, schemaVersion, versionOf } from '../../../src/main/store/migrations.ts'
import { readRollouts } from '../../../src/main/store/rollouts/rolloutQuery.ts'
import { labelRun } from '../../../src/main/store/runs/runLabels.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { listSweeps, sweepsUnderWay } from '../../../src/main/store/sweepStore.ts'
import { readVStarEstimates } from '../../../src/main/store/vStarStore.ts'
import { metricsAt, temporaryFolder } from './storeFixtures.ts'

/** Rows as each version wrote them, in plain SQL: later code must not be what makes the past. */
const dataOfVersion: readonly string[] = [
  `INSERT INTO run (run_id, name, stage, status, config, config_hash, total_steps, created_at_ms, latest, last_batch)
     VALUES ('old', 'from the past', 'self-correction', 'stopped', '{"problemsPerStep":8}', 'h', 700, 5, '{"x":599}', 3);
   UPDATE run SET step = 599, problems_seen = 4800 WHERE run_id = 'old';
   INSERT INTO tag VALUES ('old', 'kept');
   INSERT INTO v_star VALUES ('v1', 'old', 5, 'hash', '{}', 1, 1);
   INSERT INTO v_star_estimate VALUES ('v1', 0, 'p1', '3+4', 8, 5, 5, 4, 3, 2, 5, 3, 3, 1);
   INSERT INTO metric_series VALUES (1, 'old', 'x', 600, 599);
   WITH RECURSIVE n (step) AS (SELECT 0 UNION ALL SELECT step + 1 FROM n WHERE step < 599)
     INSERT INTO metric_point SELECT 1, step, step * 10, step * 100, step * 8, step FROM n;
   INSERT INTO problem VALUES (1, 'old', 'p1', 'What is 3 + 4?', '7', NULL, 'easy');
   INSERT INTO rollout VALUES (1, 'old', 'train', 0, 0, 1, NULL, 'right', 0);
   INSERT INTO turn VALUES (1, 0, 'attempt', 'Q', '7', '7', 1, 1.0, NULL, NULL, NULL, 3, 'stop');
   INSERT INTO evaluation VALUES ('e1', 'old', 20, 'test', 1, 100, '{"accuracy/final":{"successes":84,"trials":100}}', 6);
   INSERT INTO checkpoint VALUES ('c1', 'old', 600, 'runs/old/checkpoints/x', 9, 's', 0.5, 7);
   INSERT INTO event VALUES ('old', 1, 8, 'info', 'c', 'm', NULL);`,
  `UPDATE run SET notes = 'written in version 2', archived = 1 WHERE run_id = 'old';`,
  `INSERT INTO evaluation_result VALUES ('e1', '[]');`,
  `INSERT INTO event VALUES ('old', 2, 9, 'warning', 'alarm.kl', 'far', NULL, 'alarm.kl@599', 599);`,
  `INSERT INTO tag VALUES ('old', 'since version 5');`,
  `UPDATE run SET steps_done = 600 WHERE run_id = 'old';`,
  `UPDATE run SET notes = notes || ' and 7' WHERE run_id = 'old';`,
  `UPDATE v_star_estimate SET revisions_after_rejected_correct = 1, correct_revisions_after_rejected_correct = 1,
     revisions_after_rejected_wrong = 2, correct_revisions_after_rejected_wrong = 0;`,
  'UPDATE v_star_estimate SET tokens = 321;',
  `INSERT INTO remote_run VALUES ('old', '{"engine":"ray","address":"http://head:8265","shared":"/s","packageFolder":"/p","cpus":1,"gpus":0,"memoryBytes":null}', 2, 0, 7);`,
  `UPDATE turn SET per_token = '{"ends":[1,1],"logProbs":[-0.1,-0.2],"referenceLogProbs":null}';`,
  `INSERT INTO sweep VALUES ('rates', 'sweep', '{"name":"rates","config":{},"grid":{"seed":[1]},"seeds":[0],"metric":"accuracy/final","budget":{}}', 1, NULL, NULL, 11);`,
  `INSERT INTO imported_run VALUES ('of-another-tool', 'tensorboard', 'fingerprint', 'runs');`,
  "INSERT INTO shard VALUES ('old', 0, 1, 0, 3);",
  `INSERT INTO machine_history VALUES ('old', 1, '[{"name":"cpu","label":"processors","unit":"percent"}]');`,
  "UPDATE run SET pinned = 1 WHERE run_id = 'old';",
  "UPDATE sweep SET under_way = 1 WHERE name = 'rates';",
  "INSERT INTO v_star_sample VALUES ('v1', 'p1', x'');",
]

/** A store as version `version` left it, with data of that version and all before. */
function storeOfVersion(dataDir: string, version: number): void {
  const db = new BetterSqlite3(databasePath(dataDir))
  for (let next = 1; next <= version; next++) {
    migrate(db, next)
    db.exec(dataOfVersion[next - 1] ?? assert.fail(`no data of version ${next}`))
  }
  assert.equal(versionOf(db), version)
  db.close()
}

for (let version = 1; version <= schemaVersion; version++) {
  test(`a store of version ${version} is brought up to date with all its data, and goes on`, (t) => {
    const dataDir = temporaryFolder(t)
    storeOfVersion(dataDir, version)
    const db = openForWriting(dataDir)
    t.after(() => db.close())
    assert.equal(versionOf(db), schemaVersion)
    assert.deepEqual(integrityProblems(db), [])

    const run = readRun(db, 'old')
    assert.deepEqual(
      [run.name, run.tags, run.latest, run.status, run.stepsDone],
      ['from the past', version >= 5 ? ['kept', 'since version 5'] : ['kept'], { x: 599 }, 'stopped', 600],
    )
    const notes = `written in version 2${version >= 7 ? ' and 7' : ''}`
    assert.deepEqual([run.notes, run.archived], version >= 2 ? [notes, true] : ['', false])
    assert.equal(run.pinned, version >= 16)
    assert.deepEqual(run.testScore, { step: 20, successes: 84, trials: 100 })
    assert.equal(
      readRollouts(db, { runId: 'old' }, { offset: 0, limit: 9 }).rollouts[0]?.turns[0]?.answer,
      '7',
    )
    assert.deepEqual(
      readRollouts(db, { runId: 'old' }, { offset: 0, limit: 9 }).rollouts[0]?.turns[0]?.perToken,
      version >= 11 ? { ends: [1, 1], logProbs: [-0.1, -0.2], referenceLogProbs: null } : undefined,
    )
    assert.equal(readEvaluations(db, 'old').length, 1)
    const [estimate] = readVStarEstimates(db, 'v1')
    assert.deepEqual(
      [estimate?.correctAttempts, estimate?.revisionsAfterWrong, estimate?.revisionsAfterRejectedWrong],
      [5, 3, version >= 8 ? 2 : null],
    )
    assert.equal(estimate?.tokens, version >= 9 ? 321 : null)
    assert.deepEqual(
      listSweeps(db).map(({ spec, createdAtMs }) => [spec.name, createdAtMs]),
      version >= 12 ? [['rates', 11]] : [],
    )
    assert.deepEqual(sweepsUnderWay(db), version >= 17 ? ['rates'] : [])
    const codes = readLog(db, 'old', { after: 0, limit: 9 }).map(({ code }) => code)
    assert.deepEqual(codes, version >= 4 ? ['c', 'alarm.kl'] : ['c'])

    const events = Array.from({ length: 100 }, (_, index) => metricsAt(600 + index, { x: 600 + index }))
    openBatchWriter(db, 'old').store({ runId: 'old', sequence: 4, events }, 9)
    const { step, value, tokens } = readSeries(db, 'old', 'x')
    assert.deepEqual(
      [...step],
      Array.from({ length: 700 }, (_, index) => index),
    )
    assert.deepEqual(value, step)
    assert.equal(tokens[699], 69_900)
    assert.equal(db.prepare('SELECT count(*) FROM metric_chunk').pluck().get(), 1)
    assert.equal(labelRun(db, 'old', { group: 'now' }).group, 'now')
  })
}

test('a reader leaves an older store to its owner', (t) => {
  const dataDir = temporaryFolder(t)
  storeOfVersion(dataDir, 1)
  const before = readFileSync(databasePath(dataDir))
  assert.throws(() => openForReading(dataDir), {
    code: 'store.older',
    message: /schema version 1 of an older Recheck/,
  })
  assert.deepEqual(readFileSync(databasePath(dataDir)), before)
})

test('a migration that fails leaves the version before it, complete', (t) => {
  const dataDir = temporaryFolder(t)
  storeOfVersion(dataDir, 1)
  const db = new BetterSqlite3(join(databasePath(dataDir)))
  t.after(() => db.close())
  // stands in the way of version 2, which adds the table first and the columns after it
  db.exec('ALTER TABLE run ADD COLUMN archived INTEGER')
  assert.throws(() => migrate(db), /duplicate column name: archived/)
  assert.equal(versionOf(db), 1)
  assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'metric_chunk'").pluck().get(), 0)
  assert.equal(db.prepare('SELECT count(*) FROM metric_point').pluck().get(), 600)
})

test('every version has data of its own in these tests', () => {
  assert.equal(dataOfVersion.length, migrations.length)
})
