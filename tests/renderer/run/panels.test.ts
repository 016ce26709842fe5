import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mainPlots } from '../../../src/renderer/src/plots/morePlots.ts'
import { leavesOut, withXRange } from '../../../src/renderer/src/plots/plotSettings.ts'
import { firstSettings } from '../../../src/renderer/src/plots/plotSettings.ts'
import {
  moved,
  ownPlot,
  panelsText,
  parsePanels,
  plotsOfPanels,
  type Panel,
} from '../../../src/renderer/src/run/panels/panels.ts'
import { linePlotOption, type PlotView } from '../../../src/shared/plots/plotOption.ts'
import { lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { seriousFindings } from '../support/seriousFindings.ts'
import { assertShown, goTo, seededPage, waitUntil } from '../support/openPages.ts'

const panels: readonly Panel[] = [
  { kind: 'named', id: 'training-loss' },
  { kind: 'own', metrics: ['policy/klK3', 'a,b;c:d%'] },
]

test('panels survive an address, also with names that another tool gave; nonsense is left out', () => {
  const search = new URLSearchParams({ panels: panelsText(panels) }).toString()
  assert.deepEqual(parsePanels(new URLSearchParams(search).get('panels') ?? ''), panels)
  assert.equal(parsePanels(''), null)
  assert.equal(parsePanels(';;m:;<img>;m:%'), null)
  assert.deepEqual(parsePanels('training-loss;training-loss;m:x,x'), [
    { kind: 'named', id: 'training-loss' },
    { kind: 'own', metrics: ['x'] },
  ])
  assert.equal(parsePanels(Array.from({ length: 99 }, (_, index) => `m:x${index}`).join(';'))?.length, 24)
})

test('a plot of any metrics has the registry’s words where it knows them; two of one label stay two lines', () => {
  const { shape } = ownPlot(['policy/klK1', 'someone/else'])
  assert.deepEqual(
    shape.series.map(({ metric, colour }) => [metric, colour]),
    [
      ['policy/klK1', 0],
      ['someone/else', 1],
    ],
  )
  assert.equal(shape.series[1]?.label, 'someone/else')
  assert.deepEqual(
    plotsOfPanels([{ kind: 'named', id: 'no-such' }, ...panels], mainPlots).map(({ id }) => id),
    ['training-loss', panelsText(panels.slice(1))],
  )
  assert.deepEqual(moved(panels, 0, 1), [panels[1], panels[0]])
  assert.equal(moved(panels, 0, -1), panels)
})

test('a logarithmic x leaves out what is at 0, says so, and has no end there', () => {
  const view: PlotView = {
    theme: lightTheme,
    xLabel: 'step',
    logScale: false,
    logX: true,
    smoothing: 0,
    scale: 1,
    picture: null,
  }
  const line = {
    label: 'x',
    colour: 0,
    points: [
      [0, 5],
      [1, 4],
      [100, 3],
    ] as const,
  }
  const option = linePlotOption(ownPlot(['x']).shape, [line], view)
  const [series] = option.series as readonly { readonly data: readonly unknown[] }[]
  assert.equal(series?.data.length, 2)
  const ranged = withXRange(option, { from: 0, to: 100 }).xAxis as Record<string, unknown>
  assert.deepEqual([ranged['type'], ranged['min'], ranged['max']], ['log', 'dataMin', 100])
  assert.equal((withXRange(option, { from: 5, to: 9 }).xAxis as Record<string, unknown>)['min'], 5)
  assert.equal(leavesOut({ ...firstSettings, logX: true }, [line]), true)
  assert.equal(leavesOut(firstSettings, [line]), false)
})

const opened = seededPage('#/run/r-first/plots')
const regions = `[...document.querySelectorAll('section.panel > div h2')].map((title) => title.textContent).join(' | ')`

test('panels are taken away, moved and added; the address has them, and a link shows the same anew', async () => {
  const { page } = opened
  await page.getByRole('button', { name: 'Panels…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Panels' })
  for (const title of [
    'Policy rewards',
    'Answer accuracy',
    'Answer change ratio',
    'Revision rate',
    'V* distribution',
  ])
    await dialog.getByRole('button', { name: `${title}: take away` }).click()
  await dialog.getByRole('button', { name: 'Verifier accuracy: earlier' }).click()
  await dialog.getByRole('combobox', { name: 'Plot any metrics of this run together' }).click()
  await page.keyboard.type('policy/entropy')
  await page.getByRole('option', { name: /policy\/entropy/ }).click()
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await assertShown(dialog.getByRole('listitem').nth(2))
  assert.deepEqual(await seriousFindings(page), [])
  await dialog.getByRole('button', { name: 'Done' }).click()
  const shown = 'Verifier accuracy | Training loss | Entropy'
  await waitUntil(page, `${regions} === ${JSON.stringify(shown)}`)
  const address = (await page.evaluate('location.hash')) as string
  await goTo(page, '#/runs')
  await goTo(page, address)
  await waitUntil(page, `${regions} === ${JSON.stringify(shown)}`)
  await page.getByRole('region', { name: 'Entropy' }).locator('canvas').first().waitFor()
})

test('panels that are kept are those of other runs; the usual ones come back', async () => {
  const { page } = opened
  await page.getByRole('button', { name: 'Panels…' }).click()
  await page.getByRole('button', { name: 'Keep for every run' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await goTo(page, '#/run/r-second/plots')
  await waitUntil(page, `${regions} === 'Verifier accuracy | Training loss | Entropy'`)
  await page.getByRole('button', { name: 'Panels…' }).click()
  await page.getByRole('button', { name: 'Usual panels' }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await waitUntil(page, `${regions}.startsWith('Training loss | Policy rewards')`)
  opened.assertNoErrors()
})
