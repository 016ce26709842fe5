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

/** A row with what the reference policy says of it. */
export interface ReferredRow extends PackedRow {
  /** ln π_ref of ids[t + 1], length ids.length − 1; null where the method has no reference. */
  readonly referenceLogProbs: Float32Array | null
}

/** A scored rollout with its rows, which are made once and carried up to the update. */
export interface PackedRollout extends ScoredRollout {
  /**
   * One for the whole conversation; a further one for a revision in a fresh context. Their spans, one after
   * another, are those of the turns.
   */
  readonly rows: readonly ReferredRow[]
}

/** Where the tokens of a turn stand: its row and its span in it. */
export interface TurnPlace {
  readonly row: ReferredRow
  readonly span: TurnSpan
}

/** @returns one a turn, in the order of the turns */
export function turnPlaces({ rows }: Pick<PackedRollout, 'rows'>): TurnPlace[] {
  return rows.flatMap((row) => row.spans.map((span) => ({ row, span })))
}

/**
 * The turns of a rollout as rows: one row for a conversation, and another one for a later turn that saw the
 * problem's first prompt alone (`revisionContext: fresh`).
 *
 * @throws RangeError as `packRow`
 */
export function packRows(turns: readonly Turn[]): PackedRow[] {
  const isFresh = (turn: Turn): boolean => turn !== turns[0] && isSamePrompt(turn, turns[0])
  const fresh = turns.findIndex(isFresh)
  return fresh < 0 ? [packRow(turns)] : [packRow(turns.slice(0, fresh)), packRow(turns.slice(fresh))]
}

function isSamePrompt(turn: Turn, other: Turn | undefined): boolean {
  return (
    turn.promptIds.length === other?.promptIds.length &&
    turn.promptIds.every((id, index) => id === other.promptIds[index])
  )
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
