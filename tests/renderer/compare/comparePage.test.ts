import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { scaleColours } from '../../../src/renderer/src/compare/look.ts'
import { lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { goTo, seededPage, untilDrawn } from '../support/openPages.ts'
import { svgOf, switchNamed, textsOf } from '../support/plotFiles.ts'
import { assertMoves, exportPlot, firstInLegend, pixelsOf } from '../support/plotPictures.ts'
import { seedRuns } from '../support/seedStore.ts'

const rewards = 'Answer accuracy: final (Acc@final)'
const opened = seededPage('#/compare?runs=r-first,r-stopped,r-killed', { colorScheme: 'light' })

function plot(name: string) {
  return opened.page.getByRole('region', { name, exact: true })
}

test('the line under the pointer names its run and what the run’s config has where they differ', async () => {
  const box = await plot(rewards).locator('canvas').first().boundingBox()
  assert.ok(box)
  // down the plot at its middle: at least one of the three lines is crossed
  const said = plot(rewards).locator('.PlotCard-lineText')
  for (let part = 0.1; part < 0.9 && (await said.count()) === 0; part += 0.05) {
    await opened.page.mouse.move(box.x + box.width / 2, box.y + box.height * part)
    await untilDrawn(opened.page)
  }
  const text = await said.innerText()
  assert.match(text, /^(balanced, learning rate 5e-5|revision bonus 2|revision bonus 0\.5): /)
  assert.match(text, /seed \d · .*revisionBonus (1|2|0\.5)/)
  await opened.page.mouse.move(5, 500)
  await said.waitFor({ state: 'detached' })
})

test('one legend for all plots: it says how a run differs and takes it out of them', async () => {
  const legend = opened.page.getByRole('group', { name: 'Runs' })
  const run = legend.getByRole('button', { name: 'revision bonus 2' })
  await run.focus()
  await opened.page.getByRole('tooltip').getByText('revisionBonus 2').waitFor()
  await run.click()
  await plot(rewards).getByText('2 of 3 runs').waitFor()
  assert.equal(await run.getAttribute('aria-pressed'), 'false')
  await run.click()
  await plot(rewards).getByText('3 of 3 runs').waitFor()
})

test('a run keeps its colour when another is taken out and the order changes', async () => {
  const legend = opened.page.getByRole('group', { name: 'Runs' })
  const coloursOf = (count: number) =>
    untilEqual(
      async () => (await legend.getByRole('button').count()) === count,
      async () => {
        const buttons = await legend.getByRole('button').all()
        const pairs = buttons.map(async (button) => [
          await button.innerText(),
          (await button.locator('span').first().getAttribute('style')) ?? '',
        ])
        return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>
      },
    )
  const three = await coloursOf(3)
  assert.equal(new Set(Object.values(three)).size, 3)
  await goTo(opened.page, '#/compare?runs=r-killed,r-stopped')
  const two = await coloursOf(2)
  for (const [name, colour] of Object.entries(two)) assert.equal(colour, three[name], name)
  await goTo(opened.page, '#/compare?runs=r-first,r-stopped,r-killed')
  assert.deepEqual(await coloursOf(3), three)
})

test('colour by one hyperparameter: ordered colours, the legend in the order of the values, pictures too', async () => {
  await opened.page.getByRole('combobox', { name: 'Colour by' }).click()
  await opened.page.getByRole('option', { name: 'Colour by revisionBonus' }).click()
  const legend = opened.page.getByRole('group', { name: 'Runs' })
  await legend.getByText('revisionBonus 0.5').waitFor()
  assert.deepEqual(
    (await legend.getByRole('button').allInnerTexts()).map((text) => /revisionBonus (.+)$/.exec(text)?.[1]),
    ['0.5', '1', '2'],
  )
  const svg = await svgOf(opened.page, rewards)
  for (const colour of scaleColours(3, lightTheme)) assert.ok(svg.includes(`stroke="${colour}"`), colour)
  assert.ok(textsOf(svg).includes('revision bonus 2 (revisionBonus 2)'))
})

test('V* of several runs is drawn as steps: no line of it is slanted', async () => {
  const svg = await svgOf(opened.page, 'V* distribution')
  const colours = scaleColours(3, lightTheme)
  const paths = [...svg.matchAll(/<path d="([^"]+)"[^>]*stroke="([^"]+)"/g)].filter(([, , stroke]) =>
    colours.includes(stroke ?? ''),
  )
  assert.equal(paths.length, 3)
  for (const [, d = ''] of paths) {
    const points = [...d.matchAll(/[ML]([\d.-]+)[ ,]([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)])
    assert.ok(points.length > 10)
    const slanted = points.filter(([x, y], index) => {
      const [px, py] = points[index - 1] ?? [x, y]
      return x !== px && y !== py
    })
    assert.deepEqual(slanted, [])
  }
})

test('side by side: one y range for all runs, or each its own', async () => {
  await opened.page.getByText('Side by side').click()
  const run = 'revision bonus 0.5'
  await plot(run).locator('canvas').first().waitFor()
  const numbers = async (name: string): Promise<string[]> =>
    textsOf(await svgOf(opened.page, name)).filter((text) => /^0\.\d+$/.test(text))
  assert.deepEqual(await numbers(run), await numbers('balanced, learning rate 5e-5'))
  const before = await pixelsOf(opened.page, run)
  await switchNamed(opened.page, 'Same y').click()
  await assertMoves(opened.page, run, { before, patienceMs: 3000 })
  await opened.page.getByText('Overlaid').click()
})

test('another choice of runs keeps the view, the colours, the zoom and which runs are switched off', async () => {
  const { page } = opened
  const legend = page.getByRole('group', { name: 'Runs' })
  const pressed = (name: string) => legend.getByRole('button', { name }).getAttribute('aria-pressed')
  const colour = page.getByRole('combobox', { name: 'Colour by' })
  assert.equal(await colour.inputValue(), 'Colour by revisionBonus')
  await legend.getByRole('button', { name: 'revision bonus 0.5' }).click()
  await page.getByRole('button', { name: 'Zoom in' }).click()
  await page.getByText('Side by side').click()
  await plot('revision bonus 2').locator('canvas').first().waitFor()
  // the first of three, by the cross on its name
  await page
    .locator('.mantine-Pill-root', { hasText: 'balanced, learning rate 5e-5' })
    .locator('button')
    .click()
  await plot('balanced, learning rate 5e-5').waitFor({ state: 'detached' })
  await plot('revision bonus 2').locator('canvas').first().waitFor()
  assert.equal(await page.getByRole('button', { name: 'Whole run' }).isEnabled(), true)
  // to one run and back to two: nothing is compared meanwhile
  await goTo(page, '#/compare?runs=r-killed')
  await page.getByText('Choose two to 20 runs here').waitFor()
  await goTo(page, '#/compare?runs=r-killed,r-stopped')
  await plot('revision bonus 2').locator('canvas').first().waitFor()
  await page.getByText('Overlaid').click()
  await plot(rewards).getByText('1 of 2 runs').waitFor()
  assert.deepEqual(
    [await pressed('revision bonus 0.5'), await pressed('revision bonus 2')],
    ['false', 'true'],
  )
  assert.equal(await colour.inputValue(), 'Colour by revisionBonus')
  assert.equal(await page.getByRole('button', { name: 'Whole run' }).isEnabled(), true)
  const svg = await svgOf(page, rewards)
  assert.ok(!textsOf(svg).some((text) => text.includes('revision bonus 0.5')), 'named, though switched off')
  await legend.getByRole('button', { name: 'revision bonus 0.5' }).click()
  await page.getByRole('button', { name: 'Whole run' }).click()
  await goTo(page, '#/compare?runs=r-first,r-stopped,r-killed')
  await plot(rewards).getByText('3 of 3 runs').waitFor()
})

test('side by side, a line switched off in one plot is off in all, on the page and in the picture', async () => {
  const { page } = opened
  await page.getByText('Side by side').click()
  const names = ['revision bonus 2', 'revision bonus 0.5']
  for (const name of names) await plot(name).locator('canvas').first().waitFor()
  const before = await pixelsOf(page, names[1] ?? '')
  await plot(names[0] ?? '')
    .locator('canvas')
    .first()
    .click({ position: firstInLegend })
  await assertMoves(page, names[1] ?? '', { before, patienceMs: 3000 })
  for (const name of names) {
    const texts = textsOf(await svgOf(page, name))
    assert.deepEqual(
      [texts.includes('turn 1 (Acc@t1)'), texts.includes('final (Acc@final)')],
      [false, true],
      name,
    )
  }
  const off = await pixelsOf(page, names[1] ?? '')
  await plot(names[0] ?? '')
    .locator('canvas')
    .first()
    .click({ position: firstInLegend })
  await assertMoves(page, names[1] ?? '', { before: off, patienceMs: 3000 })
  assert.ok(textsOf(await svgOf(page, names[1] ?? '')).includes('turn 1 (Acc@t1)'))
  await page.getByText('Overlaid').click()
})

test('the comparison’s CSV has every point of every run, each line with its run', async () => {
  const download = await exportPlot(opened.page, 'Export all plots as one picture', /^CSV/)
  const lines = (await readFile(await download.path(), 'utf8')).split('\n')
  for (const { runId, doneSteps } of seedRuns.filter((run) => /r-(first|stopped|killed)/.test(run.runId))) {
    const own = lines.filter((line) => line.startsWith(`${runId},`))
    assert.ok(own.length >= doneSteps, `${runId}: ${own.length} lines`)
  }
  opened.assertNoErrors()
})

/** What `read` gives once `holds`. */
async function untilEqual<T>(holds: () => Promise<boolean>, read: () => Promise<T>): Promise<T> {
  while (!(await holds())) await untilDrawn(opened.page)
  return read()
}
