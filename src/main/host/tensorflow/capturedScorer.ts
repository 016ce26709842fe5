import { bucketNames, captureScoring, isPacked } from '../../../core/train/engine/trainingGraph.ts'
import { padIds, splitIntoMicroBatches } from '../../../core/train/engine/paddedBatch.ts'
import type { TokenScorer } from '../../../core/train/engine/trainer.ts'
import type { ScorerSetup, TrainerSetup } from '../../../core/train/engine/trainerSetup.ts'
import { writeFrozenModel } from './capturedVariables.ts'
import type { Feed } from './graphSession.ts'
import { GraphSession } from './graphSession.ts'

/**
 * A fixed model's token log-probs from one captured graph: the same nodes and shapes as the captured
 * trainer's.
 */
export function createCapturedScorer(setup: ScorerSetup, workFolder?: string): TokenScorer {
  const session = new GraphSession(captureScoring(setup), workFolder)
  writeFrozenModel(session, setup)
  return {
    tokenLogProbs: async (rows) => scoreRows(session, setup, rows),
    dispose: () => {
      session.dispose()
      return Promise.resolve()
    },
  }
}

/**
 * Scores rows in the micro-batches that training on them would use. @param feeds of every run, besides the
 * rows
 */
export function scoreRows(
  session: GraphSession,
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
    const { logProbs: scored, forward } = bucketNames(bucket)
    const { rowsPerMicroBatch: rowCount } = setup
    // every row that is scored is one conversation
    const alone = isPacked(setup) ? [segmentFeed(rowCount, bucket)] : []
    const fed = [...idFeeds(chosen, rowCount, bucket), ...alone, ...feeds]
    const [logProbs] = session.run(fed, [scored, forward])
    rowNumbers.forEach((row, i) => {
      scores[row]?.set(logProbs?.subarray(i * bucket, i * bucket + (chosen[i]?.length ?? 1) - 1) ?? [])
    })
  }
  return scores
}

function segmentFeed(rowCount: number, bucket: number): Feed {
  const values = new Float32Array(rowCount * bucket)
  return { node: bucketNames(bucket).lossInput('segment'), shape: [rowCount, bucket], values }
}

/** Ids and the tokens they predict, padded to the bucket. */
export function idFeeds(rows: readonly Int32Array[], rowCount: number, bucket: number): Feed[] {
  const names = bucketNames(bucket)
  const shape = [rowCount, bucket]
  const { ids, targets } = padIds(rows, rowCount, bucket)
  return [
    { node: names.ids, shape, values: ids },
    { node: names.targets, shape, values: targets },
  ]
}
