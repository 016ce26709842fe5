import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PNG } from 'pngjs'
import { plotSvg, svgPng } from '../../../src/main/host/machine/plotFiles.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import { pictureSize, type Stamp } from '../../../src/shared/plots/pictureFrame.ts'
import type { PlotLine } from '../../../src/shared/plots/plotData.ts'
import { histogramOption, linePlotOption, type PlotView } from '../../../src/shared/plots/plotOption.ts'
import { darkTheme, lightTheme } from '../../../src/shared/plots/plotTheme.ts'
import { coloursOf } from '../../renderer/support/plotPictures.ts'
import { assertTextsApart, textBoxes } from './textBoxes.ts'

const rewards = plots.find(({ id }) => id === 'answer-accuracy') ?? assert.fail('no such plot')

function viewOf(stamps: readonly Stamp[], changed: Partial<PlotView> = {}): PlotView {
  return {
    theme: lightTheme,
    xLabel: 'step',
    logScale: false,
    smoothing: 0,
    scale: 1.5,
    picture: { width: pictureSize.width, stamps },
    ...changed,
  }
}

function lineOf(label: string, colour: number): PlotLine {
  const points = Array.from({ length: 30 }, (_, step) => [step, 0.4 + 0.01 * ((step + colour) % 9)] as const)
  return { label, colour, points }
}

/** Names of `length` letters that differ at their ends. */
function namesOf(count: number, length: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const end = `seed ${index} (learningRate ${(index + 1) / 10_000})`
    return `${'qwen2.5 balanced verdict reward '.repeat(9).slice(0, length - end.length)}${end}`
  })
}

function stampsOf(names: readonly string[]): Stamp[] {
  return names.map((name, index) => ({ name, proof: `${index}`.repeat(12) }))
}

function drawn(names: readonly string[], changed: Partial<PlotView> = {}): string {
  const view = viewOf(stampsOf(names), changed)
  return plotSvg(linePlotOption(rewards, names.map(lineOf), view), pictureSize)
}

test('a picture of one to eight runs with names of any length: no text is cut off, none lies upon another', () => {
  for (const count of [1, 2, 5, 8]) {
    for (const length of [40, 90, 200]) {
      for (const changed of [{}, { scale: 1.3 }, { smoothing: 0.6, logScale: true }]) {
        assertTextsApart(drawn(namesOf(count, length), changed), pictureSize)
      }
    }
  }
})

test('the legend of eight runs names all of them, and the plot keeps more than a third of the picture', () => {
  const names = namesOf(8, 200)
  const svg = drawn(names)
  const texts = textBoxes(svg).map(({ text }) => text)
  for (const [index] of names.entries()) {
    assert.equal(texts.filter((text) => /^qwen/.test(text) && text.includes(`seed ${index} (`)).length, 2)
  }
  const { grid } = linePlotOption(rewards, names.map(lineOf), viewOf(stampsOf(names))) as {
    readonly grid: { readonly top: number; readonly bottom: number }
  }
  assert.ok(pictureSize.height - grid.top - grid.bottom > pictureSize.height / 3, JSON.stringify(grid))
})

test('short labels stand in one row, as close as before', () => {
  const boxes = textBoxes(drawn(['turn 1', 'final', 'turn 1, validation']))
  const [first, second, third] = ['turn 1', 'final', 'turn 1, validation'].map((label) =>
    boxes.find(({ text }) => text === label),
  )
  assert.ok(first && second && third)
  assert.equal(first.top, third.top)
  assert.ok(second.left - first.right < 80 && third.left - second.right < 80)
})

test('names that are the same once shortened are numbered', () => {
  const names = ['a', 'b', 'c', 'd', 'e'].map(
    (letter) => `${'same '.repeat(15)}${letter}${' same'.repeat(15)}`,
  )
  const texts = textBoxes(drawn(names)).map(({ text }) => text)
  for (const number of [1, 2, 3, 4, 5]) {
    assert.equal(texts.filter((text) => text.startsWith(`${number}. same`)).length, 1)
  }
})

test('stamps are complete where they fit; where not, names are shortened and hashes are not', () => {
  const whole = namesOf(8, 90)
  const texts = (names: readonly string[]): string =>
    textBoxes(drawn(names))
      .map(({ text }) => text)
      .join('\n')
  for (const { name, proof } of stampsOf(whole)) assert.ok(texts(whole).includes(`${name} · ${proof}`))
  const long = namesOf(8, 200)
  for (const { name, proof } of stampsOf(long)) {
    assert.ok(!texts(long).includes(name))
    assert.ok(texts(long).includes(` · ${proof}`), proof)
  }
  // one run has lines enough for its whole name
  const [only = ''] = namesOf(1, 200)
  assert.ok(texts([only]).replace(/\n/g, ' ').includes(`${only} · 000000000000`))
})

test('stamps, legend and lines have their ink at 1× and 2×, light and dark; nothing touches the edge', () => {
  for (const theme of [lightTheme, darkTheme]) {
    const svg = drawn(namesOf(8, 200), { theme })
    for (const ratio of [1, 2]) {
      const picture = PNG.sync.read(svgPng(svg, ratio))
      const [width, height] = [pictureSize.width * ratio, pictureSize.height * ratio]
      const colours = coloursOf(picture)
      for (const colour of theme.palette) assert.ok((colours.get(colour) ?? 0) > 100, colour)
      const edges = [
        { left: 0, top: 0, width: 4, height },
        { left: width - 4, top: 0, width: 4, height },
        { left: 0, top: 0, width, height: 4 },
        { left: 0, top: height - 4, width, height: 4 },
      ]
      for (const edge of edges) assert.deepEqual([...coloursOf(picture, edge).keys()], [theme.background])
    }
  }
})

test('a long note is broken into lines, at most four; a long title is shortened', () => {
  const shape = { ...rewards, title: 'A title '.repeat(40), note: 'what it means '.repeat(80) }
  const svg = plotSvg(linePlotOption(shape, [lineOf('a', 0)], viewOf([])), pictureSize)
  assertTextsApart(svg, pictureSize)
  const notes = textBoxes(svg).filter(({ text }) => text.includes('what it means'))
  assert.equal(notes.length, 4)
  assert.match(notes[3]?.text ?? '', / …$/)
})

test('a picture says that its curves are smoothed, how much, and that y is logarithmic', () => {
  const note = (changed: Partial<PlotView>): string =>
    textBoxes(drawn(['a'], changed)).find(({ text }) => text.startsWith(rewards.note))?.text ?? ''
  assert.equal(note({}), rewards.note)
  assert.equal(note({ smoothing: 0.1 + 0.2 }), `${rewards.note} · smoothed 0.3 (raw faint behind)`)
  assert.equal(note({ logScale: true }), `${rewards.note} · y is logarithmic`)
})

test('the histogram’s picture has its stamp below the name of the axis too', () => {
  const vStar = plots.find(({ id }) => id === 'v-star') ?? assert.fail('no such plot')
  const bins = Array.from({ length: 20 }, (_, index) => ({
    low: index / 20,
    high: (index + 1) / 20,
    count: 3,
  }))
  const ends = [{ low: 0, high: 0, count: 5 }, ...bins, { low: 1, high: 1, count: 6 }]
  const view = viewOf(stampsOf(namesOf(8, 90)))
  assertTextsApart(plotSvg(histogramOption(vStar, ends, view), pictureSize), pictureSize)
})
