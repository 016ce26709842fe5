import type { ScoredRollout, Turn, TurnKind } from './rollout.ts'

/** Where a turn's own tokens stand in its packed row: ids[start … end − 1], end token included. */
export interface TurnSpan {
  readonly kind: TurnKind
  readonly start: number
  readonly end: number
}

/** A whole conversation as one row of token ids. */
export interface PackedRow {
  readonly ids: Int32Array
  /** One a turn, in the order of the turns. */
  readonly spans: readonly TurnSpan[]
}

/** A scored rollout with its row, which is made once and carried up to the update. */
export interface PackedRollout extends ScoredRollout, PackedRow {
  /** ln π_ref of ids[t + 1], length ids.length − 1; null where the method has no reference. */
  readonly referenceLogProbs: Float32Array | null
}

/**
 * All turns of a rollout as one row: the last turn's prompt holds the whole history. Ids are those that were
 * sampled; an end token put after a truncated turn belongs to the next prompt and so to no span.
 *
 * @throws RangeError when an earlier turn is not where the last prompt says
 */
export function packRow(turns: readonly Turn[]): PackedRow {
  const last = turns.at(-1)
  if (last === undefined) throw new RangeError('packRow: expected at least one turn, got none')
  const ids = Int32Array.from([...last.promptIds, ...last.completionIds])
  const spans = turns.map((turn) => {
    const start = turn.promptIds.length
    const isInPlace = turn.completionIds.every((id, index) => ids[start + index] === id)
    if (!isInPlace || start === 0) {
      throw new RangeError(
        `packRow: the ${turn.kind}’s tokens are not at ${start} of the last turn’s history`,
      )
    }
    return { kind: turn.kind, start, end: start + turn.completionIds.length }
  })
  return { ids, spans }
}
