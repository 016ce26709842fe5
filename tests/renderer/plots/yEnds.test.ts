import assert from 'node:assert/strict'
import { test } from 'node:test'
import { heightAt, nearestLine } from '../../../src/renderer/src/plots/pointer/nearestLine.ts'
import { firstSettings, parseSettings, refusesLog } from '../../../src/renderer/src/plots/plotSettings.ts'
import { fittedEnds, withYEnds } from '../../../src/renderer/src/plots/yEnds.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import type { PlotLine } from '../../../src/shared/plots/plotData.ts'

function lineOf(...ys: number[]): PlotLine {
  return { label: 'l', colour: 0, points: ys.map((y, x) => [x, y] as const) }
}

function plot(id: string) {
  const found = plots.find((each) => each.id === id)
  assert.ok(found)
  return found
}

test('shares: round ends around what is drawn, labelled at both', () => {
  // 0.55 … 0.77: a fifth of the span is 0.044, the next of 1, 2, 5 is 0.05
  const ends = fittedEnds(plot('answer-accuracy'), [lineOf(0.55, 0.77)])
  assert.deepEqual(ends, { min: 0.55, max: 0.8, interval: 0.05 })
})

test('shares: noise of a hundredth is not blown up to the whole plot, and no end leaves 0 to 1', () => {
  const middle = fittedEnds(plot('answer-accuracy'), [lineOf(0.6, 0.61)])
  assert.ok(middle && middle.max - middle.min >= 0.1 && middle.min < 0.6 && middle.max > 0.61)
  assert.deepEqual(fittedEnds(plot('answer-accuracy'), [lineOf(1, 1)]), { min: 0.9, max: 1, interval: 0.02 })
  assert.deepEqual(fittedEnds(plot('answer-accuracy'), [lineOf(0, 0)]), { min: 0, max: 0.1, interval: 0.02 })
})

test('the line of collapse at 0.5 is in the plot, however high the ratio', () => {
  const ends = fittedEnds(plot('change-ratio'), [lineOf(0.9, 0.95)])
  assert.ok(ends && ends.min <= 0.5 && ends.max >= 0.95)
})

test('other quantities: round ends for plots side by side; none for a flat line or without points', () => {
  // a fifth of 12 is 2.4, the next of 1, 2, 5 is 5
  assert.deepEqual(fittedEnds(plot('training-loss'), [lineOf(-3, 9)]), { min: -5, max: 10, interval: 5 })
  assert.equal(fittedEnds(plot('training-loss'), [lineOf(2, 2)]), null)
  assert.equal(fittedEnds(plot('answer-accuracy'), []), null)
})

test('a logarithmic axis keeps its own ends', () => {
  const ends = { min: 0, max: 1, interval: 0.2 }
  assert.deepEqual(withYEnds({ yAxis: { type: 'log' } }, ends), { yAxis: { type: 'log' } })
  assert.deepEqual(withYEnds({ yAxis: { type: 'value', name: 'y' }, series: [] }, ends), {
    yAxis: { type: 'value', name: 'y', scale: true, ...ends },
    series: [],
  })
})

test('log is refused as soon as one value is not positive', () => {
  const log = { ...firstSettings, logScale: true }
  assert.equal(refusesLog(log, [lineOf(1, 2)]), false)
  assert.equal(refusesLog(log, [lineOf(1, 2), lineOf(0)]), true)
  assert.equal(refusesLog(firstSettings, [lineOf(-1)]), false)
})

test('settings that were stored are read field by field', () => {
  const kept = { axis: 'tokens', logScale: true, logX: false, smoothing: 0.5, shares: 'whole', sameY: false }
  assert.deepEqual(parseSettings(kept), kept)
  assert.deepEqual(parseSettings({ axis: 'moon', smoothing: 7, shares: 3 }), firstSettings)
  assert.equal(parseSettings('x'), null)
})

test('the line under the pointer: between points on the straight, of a stepped one what holds; none when far', () => {
  const straight = { ...lineOf(0, 10), label: 'straight' }
  const stepped = { ...lineOf(4, 10), label: 'stepped', stepped: true }
  assert.deepEqual([heightAt(straight, 0.5), heightAt(stepped, 0.5), heightAt(straight, 2)], [5, 4, null])
  const pixelOf = (y: number): number => 100 - 10 * y
  assert.equal(nearestLine([straight, stepped], { x: 0.5, pixel: 48 }, pixelOf), 'straight')
  assert.equal(nearestLine([straight, stepped], { x: 0.5, pixel: 61 }, pixelOf), 'stepped')
  assert.equal(nearestLine([straight, stepped], { x: 0.5, pixel: 90 }, pixelOf), null)
})

test('in a gap a line has no height, and a gap decides no end of y', () => {
  const points = [
    [0, 1],
    [1, 2],
    [1.5, null],
    [2, 4],
    [3, 5],
  ] as const
  for (const stepped of [false, true]) {
    const gapped: PlotLine = { label: 'l', colour: 0, points, stepped }
    assert.deepEqual(
      [1, 1.2, 1.5, 1.8, 2].map((x) => heightAt(gapped, x)),
      [2, null, null, null, 4],
    )
  }
  const line = { label: 'l', colour: 0, points }
  assert.deepEqual(
    fittedEnds(plot('training-loss'), [line]),
    fittedEnds(plot('training-loss'), [lineOf(1, 2, 4, 5)]),
  )
  assert.equal(refusesLog({ ...firstSettings, logScale: true }, [line]), false)
})
