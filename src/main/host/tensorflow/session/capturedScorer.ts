import { bucketNames, isPacked, type RecordedBuckets } from '../../../../core/train/engine/recordedBuckets.ts'
import { captureScoring } from '../../../../core/train/engine/trainingGraph.ts'
import type { RecordedSize } from '../../../../core/graph/sizedRecordings.ts'
import { padIds, splitIntoMicroBatches } from '../../../../core/train/engine/paddedBatch.ts'
import type { TokenScorer } from '../../../../core/train/engine/trainer.ts'
import type { ScorerSetup, TrainerSetup } from '../../../../core/train/engine/trainerSetup.ts'
import { writeFrozenModel } from './capturedVariables.ts'
import type { Feed } from './graphSession.ts'
import { GraphSession } from './graphSession.ts'

/**
 * A fixed model's token log-probs from one captured graph: the same nodes and shapes as the captured
 * trainer's.
 */
export function createCapturedScorer(setup: ScorerSetup, workFolder?: string): TokenScorer {
  const captured = captureScoring(setup)
  const { buckets } = captured
  const session = new GraphSession(captured, workFolder)
  writeFrozenModel(session, setup)
  return {
    tokenLogProbs: async (rows) => scoreRows({ session, buckets }, setup, rows),
    dispose: () => {
      session.dispose()
      return Promise.resolve()
    },
  }
}

/** A session, and the buckets of its graph. */
export interface SessionOfBuckets {
  readonly session: GraphSession
  readonly buckets: RecordedBuckets
}

/**
 * Scores rows in the micro-batches that training on them would use. @param feeds of every run, besides the
 * rows
 */
export function scoreRows(
  { session, buckets }: SessionOfBuckets,
  setup: Pick<ScorerSetup, 'buckets' | 'rowsPerMicroBatch'> & Partial<Pick<TrainerSetup, 'loss'>>,
  rows: readonly Int32Array[],
  feeds: readonly Feed[] = [],
): Float32Array[] {
  const scores = rows.map((row) => new Float32Array(Math.max(0, row.length - 1)))
  const lengths = rows.map((row) => row.length)
  for (const { rowNumbers, bucket } of splitIntoMicroBatches(
    lengths,
    setup.buckets,
    setup.rowsPerMicroBatch,
  )) {
    const chosen = rowNumbers.map((row) => rows[row] ?? new Int32Array())
    const { like, feeds: sized } = recordedBucket(buckets, bucket)
    const { logProbs: scored, forward, lossInput } = bucketNames(like)
    const { rowsPerMicroBatch: rowCount } = setup
    // every row that is scored is one conversation
    const alone = isPacked(setup) ? [segmentFeed(lossInput('segment'), rowCount, bucket)] : []
    const ids = idFeeds(chosen, { like, rowCount, bucket })
    const fed = [...ids, ...alone, ...sized, ...feeds]
    const [logProbs] = session.run(fed, [scored, forward])
    rowNumbers.forEach((row, i) => {
      scores[row]?.set(logProbs?.subarray(i * bucket, i * bucket + (chosen[i]?.length ?? 1) - 1) ?? [])
    })
  }
  return scores
}

function segmentFeed(node: string, rowCount: number, bucket: number): Feed {
  return { node, shape: [rowCount, bucket], values: new Float32Array(rowCount * bucket) }
}

/** Where a bucket of the graph is. */
export function recordedBucket(buckets: RecordedBuckets, bucket: number): RecordedSize {
  const recorded = buckets.get(bucket)
  if (recorded === undefined) throw new RangeError(`graph: no bucket of ${bucket} tokens`)
  return recorded
}

/** Ids and the tokens they predict, padded to the bucket. @param like  as in `RecordedBuckets` */
export function idFeeds(
  rows: readonly Int32Array[],
  { like, rowCount, bucket }: { readonly like: number; readonly rowCount: number; readonly bucket: number },
): Feed[] {
  const names = bucketNames(like)
  const shape = [rowCount, bucket]
  const { ids, targets } = padIds(rows, rowCount, bucket)
  return [
    { node: names.ids, shape, values: ids },
    { node: names.targets, shape, values: targets },
  ]
}
