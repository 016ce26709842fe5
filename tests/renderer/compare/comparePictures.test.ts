import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pictureSize } from '../../../src/shared/plots/pictureFrame.ts'
import { darkTheme, lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { assertTextsApart, textBoxes } from '../../shared/plots/textBoxes.ts'
import { openPages, type OpenedPage, type OpenedPages } from '../support/openPages.ts'
import { svgOf } from '../support/plotFiles.ts'
import { coloursOf, exportPlot, readPng } from '../support/plotPictures.ts'
import type { SeedRun } from '../support/seedStore.ts'

const rates = [1e-5, 2e-5, 5e-5, 1e-4]
const all = 'Export all plots as one picture'

/** Eight runs with names of 60 to 200 letters that differ where names of sweeps do: at their end. */
const runs: readonly SeedRun[] = Array.from({ length: 8 }, (_, index) => {
  const end = `learning rate ${rates[index % 4] ?? 0}, seed ${index}`
  const name = `${'qwen2.5-0.5b gsm8k balanced verdict reward, '.repeat(5).slice(0, 30 + 20 * index)}${end}`
  return {
    runId: `r-long-${index}`,
    name,
    steps: 40,
    doneSteps: 20 + index,
    status: 'finished' as const,
    layer: { seed: index, optimizer: { learningRate: rates[index % 4] ?? 0 } },
  }
})

let pages: OpenedPages
const opened = new Map<string, OpenedPage>()
before(async () => {
  pages = await openPages(runs)
  const address = `#/compare?runs=${runs.map(({ runId }) => runId).join()}`
  for (const colorScheme of ['light', 'dark'] as const) {
    const one = await pages.open(address, { colorScheme })
    await one.page.getByRole('region', { name: rewards }).locator('canvas').first().waitFor()
    await one.page.getByRole('combobox', { name: 'Colour by' }).click()
    await one.page.getByRole('option', { name: 'Colour by optimizer.learningRate' }).click()
    await one.page.getByRole('group', { name: 'Runs' }).getByText('learningRate 0.0001').first().waitFor()
    opened.set(colorScheme, one)
  }
})
after(() => pages.close())

const rewards = 'Answer accuracy: final (Acc@final)'

function pageOf(scheme: 'light' | 'dark') {
  return opened.get(scheme)?.page ?? assert.fail('not opened')
}

test('a picture of eight runs names all of them, whole in its stamps, and no text lies upon another', async () => {
  for (const title of [rewards, 'V* distribution']) {
    const svg = await svgOf(pageOf('light'), title)
    assertTextsApart(svg, pictureSize)
    const texts = textBoxes(svg).map(({ text }) => text)
    for (const { name } of runs.filter(({ name }) => name.length < 100)) {
      assert.ok(
        texts.some((text) => text.includes(`${name} · `)),
        name,
      )
    }
    for (const [index, rate] of [...rates, ...rates].entries()) {
      const named = texts.filter((text) => text.endsWith(`seed ${index} (learningRate ${asText(rate)})`))
      assert.equal(named.length, 1, `seed ${index}`)
    }
  }
})

test('the picture of all plots has nothing at the edges of any plot, light and dark', async () => {
  for (const [scheme, theme] of [
    ['light', lightTheme],
    ['dark', darkTheme],
  ] as const) {
    const picture = await readPng(await exportPlot(pageOf(scheme), all, /^PNG 1×/))
    const { width, height } = pictureSize
    assert.deepEqual([picture.width, picture.height], [2 * width, 4 * height])
    for (let plot = 0; plot < 7; plot++) {
      const [left, top] = [(plot % 2) * width, Math.floor(plot / 2) * height]
      const edges = [
        { left, top, width: 8, height },
        { left: left + width - 8, top, width: 8, height },
        { left, top, width, height: 8 },
        { left, top: top + height - 8, width, height: 8 },
      ]
      for (const edge of edges) assert.deepEqual([...coloursOf(picture, edge).keys()], [theme.background])
    }
  }
})

test('side by side, all plots are one picture: a plot a run, with its own name and hash only', async () => {
  const page = pageOf('light')
  await page.getByText('Side by side').click()
  const [{ name: first }, { name: second }] = [runs[0], runs[1]] as readonly [SeedRun, SeedRun]
  await page.getByRole('region', { name: first, exact: true }).locator('canvas').first().waitFor()
  const picture = await readPng(await exportPlot(page, all, /^PNG 1×/))
  assert.deepEqual([picture.width, picture.height], [2 * pictureSize.width, 4 * pictureSize.height])
  for (let plot = 0; plot < 8; plot++) {
    const left = (plot % 2) * pictureSize.width
    const part = { ...pictureSize, left, top: Math.floor(plot / 2) * pictureSize.height }
    assert.ok((coloursOf(picture, part).get(lightTheme.palette[1] ?? '') ?? 0) > 100, `plot ${plot}`)
  }
  const longest = runs.at(-1)?.name ?? ''
  const heading = await page
    .getByRole('region', { name: longest, exact: true })
    .getByRole('heading')
    .innerText()
  assert.match(heading, /^qwen.+….+seed 7$/)
  const texts = textBoxes(await svgOf(page, first)).map(({ text }) => text)
  assert.equal(texts.filter((text) => text.startsWith(`${first} · `)).length, 1)
  assert.ok(!texts.some((text) => text.includes(second)))
  await page.getByText('Overlaid').click()
})

test('on the page a long name takes two lines at most, and the choices are not cut off', async () => {
  const page = pageOf('light')
  await page.setViewportSize({ width: 800, height: 900 })
  const table = page.getByRole('region', { name: 'Test scores' })
  for (const { name } of runs) {
    const box = await table.locator(`[title="${name}"]`).boundingBox()
    assert.ok(box && box.height < 45, `${name}: ${box?.height ?? 0} px`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  const select = page.getByRole('combobox', { name: 'Colour by' })
  assert.equal(await select.getAttribute('title'), 'Colour by optimizer.learningRate')
  const isWhole = await select.evaluate(
    (input: { scrollWidth: number; clientWidth: number }) => input.scrollWidth <= input.clientWidth,
  )
  assert.ok(isWhole)
  for (const one of opened.values()) one.assertNoErrors()
})

function asText(rate: number): string {
  return rate.toLocaleString('en-US', { maximumFractionDigits: 6 })
}
