import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { keepSweep } from '../../../src/main/store/sweepStore.ts'
import { parseSweep } from '../../../src/shared/sweep/sweepSpec.ts'
import { recordedRay } from '../../main/owner/remote/recordedRay.ts'
import { temporaryFolder } from '../../main/store/storeFixtures.ts'
import { assertShown, goTo, openPages, type OpenedPage, type OpenedPages } from '../support/openPages.ts'
import { textsOf, svgOf } from '../support/plotFiles.ts'
import type { SeedRun } from '../support/seedStore.ts'

const trials: readonly SeedRun[] = [0, 1].flatMap((seed) =>
  [5e-5, 1e-4].map((rate, index): SeedRun => ({
    runId: `r-sweep-${index}-${seed}`,
    name: `optimizer.learningRate=${rate} · seed ${seed}`,
    steps: 20,
    doneSteps: 20,
    status: 'finished',
    group: 'two rates',
    layer: { seed, optimizer: { learningRate: rate } },
  })),
)

let pages: OpenedPages | null = null
let opened: OpenedPage | null = null
before(async () => {
  pages = await openPages(trials)
  const spec = parseSweep(
    {
      name: 'two rates',
      preset: 'builtin',
      grid: { 'optimizer.learningRate': [5e-5, 1e-4] },
      seeds: [0, 1, 2],
    },
    'a test',
  )
  const planned = { kind: 'sweep', spec, trials: 6, place: null, parallel: null } as const
  keepSweep(pages.server.owner.db, planned, Date.UTC(2026, 10, 21))
  opened = await pages.open('#/sweeps', { colorScheme: 'light' })
})
after(() => pages?.close())

const page = () => opened?.page ?? assert.fail('not opened')

test('the list names a sweep, how far it is, and opens it', async () => {
  const row = page().getByRole('row').filter({ hasText: 'two rates' })
  await assertShown(row.getByText('4 of 6 finished'))
  await assertShown(row.getByText('resumable'))
  await row.getByRole('link', { name: 'two rates' }).click()
  await assertShown(page().getByRole('heading', { name: 'two rates' }))
})

test('one sweep: the best with its test score once, chances, importance, curves with bands, trials as runs', async () => {
  const best = page().getByRole('region', { name: 'Best by validation' })
  await assertShown(best.getByText(/^Test Acc@final 0\.\d+ \[/))
  await assertShown(best.getByText(/the best in \d+ % of bootstrap draws/))
  assert.equal(
    await page()
      .getByText(/Test Acc@final/)
      .count(),
    1,
  )
  const points = page().getByRole('table', { name: 'Points' })
  assert.match(await points.innerText(), /optimizer\.learningRate=0\.0001\s+0\.\d+ \[/)
  await assertShown(page().getByRole('region', { name: 'Importance' }).getByText('optimizer.learningRate'))
  await assertShown(page().getByRole('img', { name: /^4 finished trials, one line each; best point/ }))
  const svg = await svgOf(page(), 'Acc@final (validation), mean over seeds')
  assert.ok(textsOf(svg).includes('optimizer.learningRate=0.0001'))
  assert.equal(svg.match(/fill-opacity="0\.16"/g)?.length, 2, 'a band a point')
  const all = page().getByRole('table', { name: 'Trials' })
  assert.equal(await all.getByText('not begun').count(), 2)
  await all.getByRole('link', { name: 'optimizer.learningRate=0.00005 · seed 1' }).click()
  await assertShown(page().getByRole('region', { name: 'Training loss' }))
})

test('a sweep is checked and begun on the page, paused after its trial, and resumed to its end', async () => {
  await goTo(page(), '#/sweeps')
  await page().getByRole('button', { name: 'New sweep…' }).click()
  const dialog = page().getByRole('dialog')
  const text = dialog.getByLabel('The sweep as YAML')
  await text.fill('name: small\npreset: builtin\ngrid: { revisionBnus: [0, 1] }')
  await dialog.getByRole('button', { name: 'Check' }).click()
  await assertShown(dialog.getByText(/no field "revisionBnus"\. Did you mean "revisionBonus"/))
  const config = 'config: { steps: 5, data: { train: 16, validation: 8, test: 8 }, onNoSignal: warn }'
  await text.fill(`name: small\npreset: builtin\n${config}\ngrid: { revisionBonus: [0, 1] }`)
  await dialog.getByRole('button', { name: 'Check' }).click()
  await assertShown(dialog.getByText('2 trials: 2 points × 1 seeds.', { exact: false }))
  await dialog.getByRole('button', { name: 'Start the sweep' }).click()
  await page().getByRole('button', { name: 'Pause after this trial' }).click()
  await assertShown(page().getByText('Stopped. Resume goes on with what is left.'))
  await assertShown(page().getByText('1 of 2 finished', { exact: false }))
  await page().getByRole('button', { name: 'Resume', exact: true }).click()
  await assertShown(page().getByText('All trials are over.'))
  await assertShown(page().getByText('2 of 2 finished', { exact: false }))
  assert.deepEqual(await page().getByRole('table', { name: 'Trials' }).getByText('Finished').count(), 2)
})

test('a sweep is handed over to a Ray cluster, so many trials at a time; the page says where they are', async (t) => {
  const ray = await recordedRay(t)
  const shared = temporaryFolder(t)
  await goTo(page(), '#/sweeps')
  await page().getByRole('button', { name: 'New sweep…' }).click()
  const dialog = page().getByRole('dialog')
  const config = 'config: { steps: 5, data: { train: 16, validation: 8, test: 8 }, onNoSignal: warn }'
  const text = `name: there\npreset: builtin\n${config}\ngrid: { revisionBonus: [0, 1] }\nseeds: [0, 1, 2]`
  await dialog.getByLabel('The sweep as YAML').fill(text)
  await dialog.getByText('Ray cluster', { exact: true }).click()
  const start = dialog.getByRole('button', { name: 'Start the sweep' })
  assert.ok(await start.isDisabled(), 'a shared folder is missing')
  await dialog.getByLabel('Shared folder').fill(shared)
  await dialog.getByLabel('Address').fill('http://127.0.0.1:9')
  await start.click()
  await assertShown(dialog.getByText(/Ray at http:\/\/127\.0\.0\.1:9 does not answer/))
  await dialog.getByLabel('Address').fill(ray.address)
  await dialog.getByLabel('Processors').fill('2')
  await dialog.getByLabel('Trials at a time').fill('4')
  await start.click()
  await assertShown(page().getByText(`trials on Ray at ${ray.address}, 4 at a time`, { exact: false }))
  await assertShown(page().getByText('4 under way', { exact: false }))
  // they count from their hand-over on, which the cluster may still be reading
  while (ray.jobs.size < 4) await wait(20)
  assert.equal(ray.jobs.size, 4)
  assert.ok([...ray.jobs.values()].every(({ asked }) => asked.entrypoint_num_cpus === 2))
  await page().getByRole('button', { name: 'Stop now' }).click()
  await assertShown(page().getByText('Stopped. Resume goes on with what is left.'))
  assert.deepEqual(
    [...ray.jobs.values()].map(({ status }) => status),
    Array(4).fill('STOPPED'),
  )
  await goTo(page(), '#/new')
  await page().getByText('This machine', { exact: true }).click()
})

test('a comparison of methods says what it will run before it runs', async () => {
  await goTo(page(), '#/sweeps')
  await page().getByRole('button', { name: 'Compare methods…' }).click()
  const dialog = page().getByRole('dialog')
  await assertShown(
    dialog.getByText('15 runs in the group “methods · builtin · 2,000,000 tokens”', { exact: false }),
  )
  await dialog.getByRole('checkbox', { name: 'GRPO, G = 4' }).uncheck()
  await assertShown(dialog.getByText('10 runs in the group', { exact: false }))
  opened?.assertNoErrors()
})
