import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runVStarStage } from '../../../../src/core/train/vStar/runVStarStage.ts'
import type { VStarEvent } from '../../../../src/core/train/trainEvent.ts'
import { shardRange } from '../../../../src/core/train/vStar/vStarShards.ts'
import { temporaryStore } from '../../store/storeFixtures.ts'
import { ShardMerge } from '../../../../src/main/owner/shards/shardMerge.ts'
import type { Database } from '../../../../src/main/store/database.ts'
import { storeVStar, storeVStarEstimates } from '../../../../src/main/store/vStarStore.ts'
import { vStarText } from '../../../../src/main/store/vStarText.ts'
import { parseConfig } from '../../../../src/shared/config/parseConfig.ts'
import type { VStarArtifact } from '../../../../src/shared/runs/records.ts'
import type { RunEvent } from '../../../../src/shared/runs/runEvent.ts'
import { conversationWith, fakeSampler, grading, sums } from '../../../core/train/fakeEngine.ts'

const problems = sums(40)
// 12 problems are sampled together
const config = parseConfig({ vStar: { samples: 42 } }, 'a test')

function artifactOf(
  vStarId: string,
  inputs: Readonly<Record<string, string>> = { seed: '0' },
): VStarArtifact {
  const { length } = problems
  return { vStarId, runId: 'run', createdAtMs: 1, inputHash: 'h', inputs, complete: false, problems: length }
}

/** What a trainer of this shard reports: of none, of all problems. */
async function reportsOf(shard?: { readonly number: number; readonly of: number }): Promise<RunEvent[]> {
  const range =
    shard === undefined ? { first: 0, end: problems.length } : shardRange(problems.length, shard, 12)
  const stage = runVStarStage({
    config,
    conversation: conversationWith(fakeSampler({ unparsed: 0.2, truncated: 0.05 }), 0),
    grading,
    problems: problems.slice(range.first, range.end),
    done: [],
    tokens: 0,
    stop: { aborted: false },
    ...(shard === undefined ? {} : { firstOfPart: range.first }),
  })
  const events: VStarEvent[] = []
  for await (const event of stage) events.push(event)
  return events.filter((event): event is Extract<VStarEvent, { type: 'vStar' }> => event.type === 'vStar')
}

const merged = (shards: number): ShardMerge =>
  new ShardMerge({ runId: 'run', config, shards, artifact: null, done: [] })

function store(db: Database, vStarId: string, events: readonly RunEvent[]): string {
  for (const event of events) {
    if (event.type === 'vStarArtifact') storeVStar(db, { ...event.artifact, vStarId })
    if (event.type === 'vStar') storeVStarEstimates(db, vStarId, event)
  }
  return vStarText(db, vStarId) ?? assert.fail(`${vStarId} is not complete`)
}

test('the estimate of 1, 2, 3, 7, 16, 40 and 41 shards is that of one process, byte for byte, in whatever order they report', async (t) => {
  const { db } = temporaryStore(t)
  const artifact = artifactOf('whole')
  const whole = store(db, 'whole', [
    { type: 'vStarArtifact', artifact },
    ...(await reportsOf()),
    { type: 'vStarArtifact', artifact: { ...artifact, complete: true } },
  ])
  assert.equal(whole.split('\n').length, 1 + problems.length + 1)
  for (const shards of [1, 2, 3, 7, 16, 40, 41]) {
    const merge = merged(shards)
    const events: RunEvent[] = []
    // from the last to the first, with every second one's reports before its neighbour's
    const numbers = Array.from({ length: shards }, (_, index) => ((index * 5) % shards) + 1)
    const order = new Set([...numbers, ...Array.from({ length: shards }, (_, index) => shards - index)])
    for (const number of order) {
      events.push(...merge.take({ type: 'vStarArtifact', artifact: artifactOf(`v-${number}`) }, 0))
      for (const event of await reportsOf({ number, of: shards })) events.push(...merge.take(event, 0))
      assert.ok(merge.hasShard(number))
    }
    assert.equal(store(db, `of-${shards}`, [...events, ...merge.finish()]), whole, `${shards} shards`)
  }
})

test('a problem told of twice counts once; another count for it is refused', async () => {
  const merge = merged(2)
  merge.take({ type: 'vStarArtifact', artifact: artifactOf('v-1') }, 0)
  const [first] = await reportsOf({ number: 1, of: 2 })
  assert.ok(first?.type === 'vStar')
  const once = merge.take(first, 0)
  assert.deepEqual(
    once.map(({ type }) => type),
    ['vStar', 'metrics'],
  )
  const before = merge.done
  assert.deepEqual(merge.take(first, 0), [])
  // half of it is known already
  const [estimate, other] = first.estimates
  assert.ok(estimate && other)
  assert.deepEqual(merge.take({ ...first, estimates: [other], places: [1] }, 0), [])
  assert.equal(merge.done, before)
  const wrong = { ...estimate, correctAttempts: estimate.correctAttempts + 1 }
  assert.throws(() => merge.take({ ...first, estimates: [wrong], places: [0] }, 0), {
    code: 'run.differs',
    message: /sampled by two shards and its counts differ/,
  })
})

test('a shard that sees other problems than the first is refused by name, and an estimate with a gap is not finished', async () => {
  const merge = merged(3)
  merge.take({ type: 'vStarArtifact', artifact: artifactOf('v-1') }, 0)
  assert.throws(
    () => merge.take({ type: 'vStarArtifact', artifact: artifactOf('v-2', { seed: '1' }) }, 0),
    /seed: the estimate has 0, this run has 1/,
  )
  for (const number of [1, 3]) for (const event of await reportsOf({ number, of: 3 })) merge.take(event, 0)
  assert.deepEqual([merge.isComplete, merge.hasShard(1), merge.hasShard(2)], [false, true, false])
  assert.throws(() => merge.finish(), /problems are missing/)
})

test('the last metrics are those of one process, and tokens are counted once', async () => {
  const merge = merged(7)
  merge.take({ type: 'vStarArtifact', artifact: artifactOf('v-1') }, 0)
  let last: RunEvent | undefined
  for (const number of [7, 2, 5, 1, 6, 3, 4])
    for (const event of await reportsOf({ number, of: 7 }))
      last =
        [...merge.take(event, 9), ...merge.take(event, 9)].findLast(({ type }) => type === 'metrics') ?? last
  const whole = await reportsOf()
  const tokens = whole.flatMap((event) => (event.type === 'vStar' ? event.estimates : []))
  assert.ok(last?.type === 'metrics')
  assert.deepEqual(
    [last.step, last.problems, last.timeMs, last.tokens],
    [40, 40, 9, tokens.reduce((sum, each) => sum + (each.tokens ?? NaN), 0)],
  )
})
