import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fittingTags } from '../../src/renderer/src/runs/fittingTags.ts'
import { nextKeys } from '../../src/renderer/src/widgets/hooks/keySequence.ts'
import {
  allRuns,
  parseTarget,
  targetAddress,
  type RouteTarget,
} from '../../src/renderer/src/data/routeTarget.ts'
import { fileName } from '../../src/renderer/src/plots/plotSettings.ts'
import { binsCsv, linesCsv } from '../../src/renderer/src/plots/export/plotCsv.ts'
import { joinCsv } from '../../src/renderer/src/compare/joinCsv.ts'
import { sparklinePath } from '../../src/renderer/src/runs/sparklinePath.ts'

test('tags fit their column or are counted', () => {
  assert.deepEqual(fittingTags([]), { shown: [], rest: 0 })
  assert.deepEqual(fittingTags(['one', 'two']), { shown: ['one', 'two'], rest: 0 })
  assert.deepEqual(fittingTags(['one', 'two', 'three', 'four', 'five']), { shown: ['one', 'two'], rest: 3 })
  assert.deepEqual(fittingTags(['a tag as long as a short story', 'b']), {
    shown: ['a tag as long as a short story'],
    rest: 1,
  })
})

test('an address names its place and comes back from it', () => {
  const places: RouteTarget[] = [
    { page: 'runs', list: 'runs', filter: '' },
    { page: 'runs', list: 'deleted', filter: 'tag:"a & b" 50% #1' },
    { page: 'run', runId: 'a/b %', tab: 'rollouts' },
    { page: 'new', likeRunId: null },
    { page: 'new', likeRunId: 'r&1' },
    { page: 'new', likeRunId: 'r&1', conversations: '/a b/c&d.jsonl' },
    { page: 'compare', runIds: ['a', 'b'] },
    { page: 'compare', runIds: [] },
  ]
  for (const place of places) assert.deepEqual(parseTarget(targetAddress(place)), place)
})

test('an unknown page is named as such, a list that is not there is the run list, an unknown tab the plots', () => {
  assert.deepEqual(parseTarget(''), allRuns)
  assert.deepEqual(parseTarget('#/nothing'), { page: 'unknown', address: '#/nothing' })
  assert.deepEqual(parseTarget('#/runs?list=none'), allRuns)
  assert.deepEqual(parseTarget('#/run/%E0%A4%A/x'), { page: 'run', runId: '%E0%A4%A', tab: 'plots' })
  assert.deepEqual(parseTarget('#/run/r1/nothing'), { page: 'run', runId: 'r1', tab: 'plots' })
})

test('key sequences: g then r; another key begins anew', () => {
  const shortcuts = ['g r', 'r', '?']
  assert.deepEqual(nextKeys([], 'g', shortcuts), { match: null, pressed: ['g'] })
  assert.deepEqual(nextKeys(['g'], 'r', shortcuts), { match: 'g r', pressed: [] })
  assert.deepEqual(nextKeys(['g'], '?', shortcuts), { match: '?', pressed: [] })
  assert.deepEqual(nextKeys(['g'], 'q', shortcuts), { match: null, pressed: [] })
})

test('a run name becomes a harmless file name', () => {
  assert.equal(
    fileName('<img src=x onerror=alert(1)>', 'plots', 'png'),
    'img-src-x-onerror-alert-1-plots.png',
  )
  assert.equal(fileName('../../etc', 'plots', 'png'), 'etc-plots.png')
  assert.equal(fileName('…', 'plots', 'svg'), 'run-plots.svg')
})

test('CSV of several runs: one head, all lines', () => {
  assert.equal(joinCsv(['run,x\na,1\n', 'run,x\nb,2\n', 'run,x\n']), 'run,x\na,1\nb,2\n')
})

test('CSV of a plot that is no metric: its bins, its lines, with the stamp quoted where it must be', () => {
  assert.equal(binsCsv('a, b', [{ low: 0, high: 0.5, count: 3 }]), 'run,low,high,problems\n"a, b",0,0.5,3\n')
  const points = [
    [1, 2.5],
    [2, null],
    [3, 4],
  ] as const
  const line = { label: 'machine', colour: 0, points }
  assert.equal(linesCsv('a', [line]), 'run,line,x,y\na,machine,1,2.5\na,machine,3,4\n')
})

test('a sparkline fills its box: first and last x at the margins, least y below, greatest above', () => {
  assert.equal(
    sparklinePath(
      [
        [0, 0.2],
        [1, 0.8],
        [2, 0.5],
      ],
      { width: 104, height: 24 },
    ),
    'M2.0,22.0L52.0,2.0L102.0,12.0',
  )
  assert.equal(sparklinePath([[3, 0.5]], { width: 104, height: 24 }), '')
  const gapped = sparklinePath(
    [
      [0, 0.2],
      [1, null],
      [2, 0.2],
      [4, 0.8],
    ],
    { width: 104, height: 24 },
  )
  assert.equal(gapped, 'M2.0,22.0M52.0,22.0L102.0,2.0')
})
