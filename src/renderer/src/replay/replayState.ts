import type { ReplayedTurn, ReplayEvent } from '../../../shared/routes/replay.ts'

/** A turn on the screen: while it is written, its grade is null. */
export interface ShownTurn {
  readonly kind: ReplayedTurn['kind']
  readonly promptText: string
  readonly text: string
  readonly graded: ReplayedTurn | null
}

/** What is seen of one policy. */
export interface ReplaySide {
  /** Null until its weights have been read. */
  readonly device: string | null
  readonly turns: readonly ShownTurn[]
}

export const nothingShown: ReplaySide = { device: null, turns: [] }

/** The sides after these events. */
export function afterEvents(
  sides: readonly ReplaySide[],
  events: readonly ReplayEvent[],
): readonly ReplaySide[] {
  return events.reduce(
    (before, event) =>
      before.map((side, policy) => (policy === event.policy ? afterEvent(side, event) : side)),
    sides,
  )
}

function afterEvent(side: ReplaySide, event: ReplayEvent): ReplaySide {
  const { turns } = side
  switch (event.type) {
    case 'opened':
      return { ...side, device: event.device }
    case 'turn': {
      const { kind, promptText } = event
      return { ...side, turns: [...turns, { kind, promptText, text: '', graded: null }] }
    }
    case 'text':
      return withLast(side, (turn) => ({ ...turn, text: turn.text + event.text }))
    case 'graded':
      return withLast(side, () => shownTurn(event.turn))
  }
}

function withLast(side: ReplaySide, change: (turn: ShownTurn) => ShownTurn): ReplaySide {
  const last = side.turns.at(-1)
  // an event that was dropped on the way: the answer will bring the whole
  if (last === undefined) return side
  return { ...side, turns: [...side.turns.slice(0, -1), change(last)] }
}

/** A turn that is over. */
export function shownTurn(turn: ReplayedTurn): ShownTurn {
  return { kind: turn.kind, promptText: turn.promptText, text: turn.completionText, graded: turn }
}
