import type { TokenBatch, TokenRow } from '../engine/trainer.ts'
import { packedRows } from './packedRows.ts'
import { trainedTokens, type WarmUpRow } from './warmUpRow.ts'

/**
 * Cross-entropy on the assistant's tokens alone, its mean over those of the whole batch: every trained token
 * weighs 1 ÷ their number, all others 0. The denominator is that of all rows, so that the trainer may split
 * them as it likes.
 *
 * @param packedTo  tokens of a row that short conversations share; null: a row each
 */
export function warmUpBatch(rows: readonly WarmUpRow[], packedTo: number | null = null): TokenBatch {
  const weight = 1 / rows.reduce((sum, row) => sum + trainedTokens(row), 0)
  if (packedTo === null) return { rows: rows.map((row) => weightedRow(row, weight)) }
  return {
    rows: packedRows(rows, packedTo).map((row) => {
      const { ids, inputs } = weightedRow(row, weight)
      // of the position that predicts, as every input
      return { ids, inputs: { ...inputs, segment: row.segments.subarray(0, ids.length - 1) } }
    }),
  }
}

function weightedRow({ ids, spans }: WarmUpRow, weight: number): TokenRow {
  const tokenWeight = new Float32Array(ids.length - 1)
  // token t of the row is predicted at position t − 1
  for (const { start, end } of spans) tokenWeight.fill(weight, start - 1, end - 1)
  return { ids, inputs: { tokenWeight } }
}
