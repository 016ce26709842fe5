import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { ImportedRun } from '../../../../src/shared/runs/imports/importedRun.ts'
import { numberOf } from '../../../../src/main/host/imports/numberText.ts'
import { readTableRuns } from '../../../../src/main/host/imports/tableRuns.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/imports')

function read(path: string, stepColumn: string | null = null): Promise<readonly ImportedRun[]> {
  return readTableRuns({ path, place: basename(path), name: 'file', stepColumn, onRows: () => undefined })
}

function tableOf(t: TestContext, name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-table-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** `{ run: { metric: [[step, value], …] } }` */
function told(runs: readonly ImportedRun[]): unknown {
  return Object.fromEntries(
    runs.map((run) => [
      run.name,
      Object.fromEntries(
        run.series.map(({ name, step, value }) => [name, Array.from(step, (at, i) => [at, value[i]])]),
      ),
    ]),
  )
}

test('a history of W&B as CSV: its own columns and the row numbers of pandas are no metrics', async () => {
  const [run, ...others] = await read(join(fixtures, 'wandb-history.csv'))
  assert.equal(others.length, 0)
  assert.equal(run?.format, 'wandb')
  assert.deepEqual(told([run]), {
    file: {
      acc: [
        [1, 0.5],
        [2, 0.6],
      ],
      loss: [
        [0, 2.5],
        [1, 2.25],
        [2, 2],
      ],
    },
  })
  assert.equal(run.startedAtMs, 1795814627100)
  assert.deepEqual(Array.from(run.series[1]?.timeMs ?? []), [0, 1000, 2000])
  const notes = run.notes.join('\n')
  assert.match(notes, /1 value was NaN/)
  assert.match(notes, /1 point has the metric and step of a later one/)
  assert.match(notes, /1 cell holds no number, in "note"/)
})

test('a history of W&B as JSON Lines: a bare NaN and "Infinity" are counted, pictures left out', async () => {
  const [run] = await read(join(fixtures, 'wandb-history.jsonl'))
  assert.deepEqual(told(run === undefined ? [] : [run]), {
    file: { accuracy: [[2, 0.001]], loss: [[0, 2.5]] },
  })
  assert.match(run?.notes.join('\n') ?? '', /2 values were NaN or infinite/)
})

test('a panel of W&B: a run for each line, the bounds of its thinning left out', async () => {
  assert.deepEqual(told(await read(join(fixtures, 'wandb-panel.csv'))), {
    'cosmic-sun-3': {
      'train/loss': [
        [0, 2.5],
        [1, 2.25],
      ],
    },
    'sweep - a': {
      'train/loss': [
        [1, 3],
        [2, 2.75],
      ],
    },
  })
})

test('the Parquet file of trackio: runs by name', async () => {
  const runs = await read(join(fixtures, 'trackio.parquet'))
  assert.deepEqual(
    runs.map(({ name, format }) => [name, format]),
    [
      ['baseline', 'trackio'],
      ['larger rate', 'trackio'],
    ],
  )
  assert.deepEqual(
    runs[0]?.series.map(({ name, step }) => [name, Array.from(step)]),
    [
      ['accuracy', [0, 10, 20, 30, 40, 50]],
      ['odd', [0, 10, 40, 50]],
      ['train/loss', [0, 10, 20, 30, 40, 50]],
    ],
  )
})

test('a plain table: the column of steps by its name, or as it is told', async (t) => {
  const wanted = {
    file: {
      loss: [
        [1, 0.5],
        [2, 0.25],
      ],
    },
  }
  assert.deepEqual(told(await read(tableOf(t, 'a.csv', 'Global_Step,loss\n1,.5\n2,2.5e-1\n'))), wanted)
  const other = tableOf(t, 'b.csv', 'update;loss\n1;0.5\n2;0.25\n')
  assert.deepEqual(told(await read(other, 'update')), wanted)
  await assert.rejects(read(other), {
    code: 'import.columns',
    message: /expected a column of steps.*its columns are "update", "loss"/,
  })
  await assert.rejects(read(other, 'nothing'), {
    code: 'import.columns',
    message: /expected the column "nothing"/,
  })
})

test('a table with a row a point (as "recheck export" writes) has a run for each name', async (t) => {
  const text = 'run,metric,step,time_ms,value\na,loss,0,0,1\nb,loss,0,5,3\na,loss,1,10,2\n'
  const runs = await read(tableOf(t, 'm.csv', text))
  assert.deepEqual(told(runs), {
    a: {
      loss: [
        [0, 1],
        [1, 2],
      ],
    },
    b: { loss: [[0, 3]] },
  })
})

test('a column that stands twice is refused; bad rows and steps are counted', async (t) => {
  await assert.rejects(read(tableOf(t, 'a.csv', 'step,x,x\n1,2,3\n')), {
    code: 'import.columns',
    message: /"x" stands twice/,
  })
  const [run] = await read(tableOf(t, 'b.csv', 'step,x\n1,2\n1.5,3\n-1,4\n,5\n2\n'))
  assert.deepEqual(told(run === undefined ? [] : [run]), { file: { x: [[1, 2]] } })
  assert.match(run?.notes.join('\n') ?? '', /3 points have no step that is a whole number/)
  assert.match(run?.notes.join('\n') ?? '', /cannot be read, left out: 1\./)
})

test('what is a number, and what is none', () => {
  const cases: readonly (readonly [unknown, number | null])[] = [
    [1, 1],
    [2n, 2],
    ['1', 1],
    [' -1.5e-3 ', -0.0015],
    ['+.5', 0.5],
    ['5.', 5],
    ['nan', NaN],
    ['-Infinity', -Infinity],
    ['INF', Infinity],
    ['', null],
    ['0x1F', null],
    ['1,5', null],
    ['1_000', null],
    ['true', null],
    [true, null],
    [null, null],
    [{}, null],
    ['9'.repeat(41), null],
  ]
  for (const [cell, wanted] of cases) assert.deepEqual(numberOf(cell), wanted, String(cell))
})
