import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openForWriting } from '../../../src/main/store/database.ts'
import {
  mostBuckets,
  nextMachineSecond,
  readMachineHistory,
  storeMachineSamples,
} from '../../../src/main/store/machineStore.ts'
import { deleteRun, eraseRun } from '../../../src/main/store/runs/runLabels.ts'
import { machineCsv } from '../../../src/main/tools/machineCsv.ts'
import type { MachineFigure } from '../../../src/shared/runs/machineHistory.ts'
import { addRun, temporaryFolder } from './storeFixtures.ts'

const cpu: MachineFigure = { name: 'cpu', label: 'processors', unit: 'percent' }
const memory: MachineFigure = { name: 'memory', label: 'machine', unit: 'bytes' }

test('seconds are kept as they are; readings of one second are their mean and their greatest', (t) => {
  const db = openForWriting(temporaryFolder(t))
  t.after(() => db.close())
  addRun(db, 'r')
  assert.equal(readMachineHistory(db, 'r'), null)
  assert.equal(machineCsv(db, { runId: 'r' }), null)
  const store = (
    figures: readonly MachineFigure[],
    second: number,
    values: readonly (number | null)[],
  ): void => storeMachineSamples(db, 'r', { figures, samples: [{ second, values }] })
  store([cpu], 0, [10])
  store([cpu], 0, [30])
  store([cpu], 5, [null])
  // memory is known from here on
  store([cpu, memory], 7, [50, 1000])
  assert.deepEqual(readMachineHistory(db, 'r'), {
    seconds: 1,
    figures: [cpu, memory],
    buckets: [
      { index: 0, values: [{ mean: 20, max: 30 }, null] },
      { index: 5, values: [null, null] },
      {
        index: 7,
        values: [
          { mean: 50, max: 50 },
          { mean: 1000, max: 1000 },
        ],
      },
    ],
  })
  assert.equal(nextMachineSecond(db, 'r'), 8)
  assert.equal(
    machineCsv(db, { runId: 'r' }),
    'run_id,seconds,figure,of,unit,mean,max\nr,0,cpu,processors,percent,20,30\nr,7,cpu,processors,percent,50,50\nr,7,memory,machine,bytes,1000,1000\n',
  )
})

test('a day of seconds stays within the rows of a run, and no peak and no mean is lost', (t) => {
  const db = openForWriting(temporaryFolder(t))
  t.after(() => db.close())
  addRun(db, 'r')
  const day = 86_400
  for (let from = 0; from < day; from += 600) {
    const samples = Array.from({ length: 600 }, (_, index) => ({
      second: from + index,
      values: [from + index === 40_000 ? 99 : (from + index) % 2],
    }))
    storeMachineSamples(db, 'r', { figures: [cpu], samples })
  }
  const rows = Number(db.prepare('SELECT count(*) FROM machine_bucket').pluck().get())
  assert.ok(rows <= mostBuckets && rows > mostBuckets / 2, String(rows))
  const history = readMachineHistory(db, 'r', 600)
  assert.ok((history?.buckets.length ?? 0) <= 600)
  assert.equal(
    history?.buckets.reduce((most, { values }) => Math.max(most, values[0]?.max ?? 0), 0),
    99,
  )
  const whole = readMachineHistory(db, 'r', 1)
  assert.equal(whole?.buckets.length, 1)
  assert.ok(Math.abs((whole.buckets[0]?.values[0]?.mean ?? 0) - (day / 2 + 99) / day) < 1e-9)
  assert.equal(nextMachineSecond(db, 'r') >= day, true)
  db.prepare("UPDATE run SET status = 'stopped'").run()
  deleteRun(db, 'r', 1)
  eraseRun(db, 'r')
  assert.equal(db.prepare('SELECT count(*) FROM machine_bucket').pluck().get(), 0)
  assert.equal(readMachineHistory(db, 'r'), null)
})
