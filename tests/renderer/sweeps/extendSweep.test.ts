import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openSweep } from '../../../src/main/owner/sweep/openSweep.ts'
import { checkedTrial, runsOfSweep } from '../../../src/main/owner/sweep/runTrial.ts'
import { hashConfig } from '../../../src/main/owner/startRuns.ts'
import { insertRun, changeStatus } from '../../../src/main/store/runs/runStore.ts'
import { keepSweep } from '../../../src/main/store/sweepStore.ts'
import { parseSweep } from '../../../src/shared/sweep/sweepSpec.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import { assertShown, openPages, type OpenedPage, type OpenedPages } from '../support/openPages.ts'

const spec = parseSweep(
  {
    name: 'two trials',
    preset: 'builtin',
    config: { steps: 5, data: { train: 16, validation: 8, test: 8 }, onNoSignal: 'warn' },
    grid: { revisionBonus: [0, 1] },
  },
  'a test',
)

let pages: OpenedPages | null = null
let opened: OpenedPage | null = null
before(async () => {
  pages = await openPages([])
  const { db } = pages.server.owner
  const { trials } = openSweep(spec)
  keepSweep(db, { kind: 'sweep', spec, trials: trials.length, place: null, parallel: null }, 5)
  const [trial] = trials
  assert.ok(trial)
  const { config } = checkedTrial({ trial, group: spec.name })
  const written = { config: JSON.stringify(config), configHash: hashConfig(config), totalSteps: 5 }
  const row = { stage: 'self-correction', vStarId: null, tags: [], notes: '' } as const
  const named = { runId: 'r-failed', name: trial.name, group: spec.name }
  insertRun(db, { ...row, ...named, ...written }, 6)
  changeStatus(db, 'r-failed', { status: 'running', nowMs: 7 })
  const error = { code: 'internal', message: 'The disk was away.' } as const
  changeStatus(db, 'r-failed', { status: 'failed', error, nowMs: 8 })
  opened = await pages.open('#/sweeps/two%20trials')
})
after(() => pages?.close())

const page = () => opened?.page ?? assert.fail('not opened')
const press = (name: string) => page().getByRole('button', { name, exact: true }).click()
const runs = (): ReadonlyMap<string, Run> =>
  runsOfSweep(pages?.server.owner.db ?? assert.fail('not opened'), spec.name)

test('Resume leaves a failed trial as it is; Retry failed brings that same run to its end and no other', async () => {
  await assertShown(page().getByText('0 of 2 finished, 1 failed', { exact: false }))
  await press('Resume')
  await assertShown(page().getByText('All trials are over.'))
  await assertShown(page().getByText('1 of 2 finished, 1 failed', { exact: false }))
  assert.equal(await page().getByRole('button', { name: 'Resume', exact: true }).count(), 0)
  const [failed, other] = [...runs().values()].toSorted((a, b) => a.status.localeCompare(b.status))
  assert.equal(failed?.runId, 'r-failed')
  await press('Retry failed')
  await assertShown(page().getByText('2 of 2 finished', { exact: false }))
  await assertShown(page().getByText('All trials are over.'))
  assert.equal(await page().getByRole('button', { name: 'Retry failed' }).count(), 0)
  assert.equal(runs().get(failed?.name ?? '')?.runId, 'r-failed')
  assert.deepEqual(runs().get(other?.name ?? ''), other, 'the finished trial is not repeated')
})

test('Extend: further seeds of every point run, within a budget that is raised; what has finished stays', async () => {
  const before = runs()
  await press('Extend…')
  const dialog = page().getByRole('dialog', { name: 'Extend two trials' })
  const seeds = dialog.getByRole('textbox', { name: 'Further seeds of every point' })
  assert.equal(await seeds.inputValue(), '1')
  await dialog.getByRole('textbox', { name: 'Most runs' }).fill('3')
  await dialog.getByRole('button', { name: 'Extend and go on' }).click()
  await dialog.waitFor({ state: 'detached' })
  await assertShown(page().getByText('Ended: its budget of 3 runs is used up (3 runs). Extend raises it.'))
  await assertShown(page().getByText('3 of 4 finished', { exact: false }))
  await press('Extend…')
  assert.equal(await dialog.getByRole('textbox', { name: 'Most runs' }).inputValue(), '3')
  await seeds.fill('0')
  await dialog.getByRole('textbox', { name: 'Most runs' }).fill('')
  await dialog.getByRole('button', { name: 'Extend and go on' }).click()
  await assertShown(page().getByText('4 of 4 finished', { exact: false }))
  const all = runs()
  assert.deepEqual(
    [...all.keys()].toSorted(),
    [0, 1].flatMap((bonus) => [0, 1].map((seed) => `revisionBonus=${bonus} · seed ${seed}`)),
  )
  for (const [name, run] of before) assert.deepEqual(all.get(name), run, `${name} is not repeated`)
  opened?.assertNoErrors()
})
