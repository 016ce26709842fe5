import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findMetric, metrics, plots } from '../../src/shared/metrics/metrics.ts'

test('metric names are unique and each says what it means', () => {
  assert.equal(new Set(metrics.map((metric) => metric.name)).size, metrics.length)
  for (const metric of metrics) {
    assert.match(metric.name, /^[a-zA-Z]+(\/[a-zA-Z0-9]+){1,2}$/)
    assert.ok(metric.meaning.length > 3 && metric.label.length > 1, metric.name)
  }
})

test('the main plots draw registered metrics only, and each metric on a plot names that plot', () => {
  assert.deepEqual(
    plots.map((plot) => plot.title),
    [
      'Training loss',
      'Policy rewards',
      'Answer accuracy',
      'Verifier accuracy',
      'Answer change ratio',
      'Revision rate',
      'V* distribution',
    ],
  )
  for (const plot of plots) {
    for (const series of plot.series) {
      const metric = findMetric(series.metric)
      assert.ok(metric !== null, series.metric)
      if (!metric.name.startsWith('validation/')) assert.equal(metric.plot, plot.id, metric.name)
    }
  }
  assert.deepEqual(
    plots.find((plot) => plot.id === 'change-ratio')?.lines.map((line) => line.value),
    [0.5],
  )
})

test('held-out splits report accuracy, verifier and revision metrics, but no losses', () => {
  assert.equal(findMetric('test/accuracy/final')?.denominator, 'all rollouts')
  assert.ok(findMetric('validation/verifier/wrongRecall') !== null)
  assert.equal(findMetric('validation/loss/policy'), null)
  assert.equal(findMetric('accuracy/nothing'), null)
})
