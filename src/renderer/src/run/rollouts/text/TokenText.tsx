import { useMemo, useState, type JSX, type KeyboardEvent } from 'react'
import type { StoredTurn } from '../../../../../shared/runs/records.ts'
import { levelBackground, shownTokens, type ShownTokens, type TokenColour } from './tokenColours.ts'
import styles from './TokenText.module.css'

export interface TokenTextProps {
  readonly turn: StoredTurn
  readonly colour: Exclude<TokenColour, 'none'>
}

/**
 * A completion with its tokens coloured. The values of one stand below the text: of the one under the
 * pointer, or, with the text in focus, of the one that the arrow keys have come to.
 */
export function TokenText({ turn, colour }: TokenTextProps): JSX.Element {
  const shown = useMemo(() => shownTokens(turn, colour), [turn, colour])
  const [at, setAt] = useState<number | null>(null)
  const last = (shown?.tokens.length ?? 0) - 1
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = placeAfter(event.key, at, last)
    if (next === null || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    setAt(next)
  }
  return (
    <>
      <pre
        className="completion"
        tabIndex={0}
        role="group"
        aria-label={`Text of the ${turn.kind}, token by token: arrow keys say their values`}
        onKeyDown={onKeyDown}
        onMouseOver={(event) => setAt(placeOf(event.target))}
      >
        {shown === null ? turn.completionText : <Pieces shown={shown} at={at} />}
      </pre>
      <div className={`${styles.words} muted tabular`} role="status">
        {shown === null
          ? 'No log-probs of this turn were kept: of each step and evaluation, the first four rollouts have them.'
          : ((at === null ? undefined : shown.tokens[at]?.words) ??
            'Point at a token for its values, or use the arrow keys.')}
      </div>
    </>
  )
}

function Pieces({ shown, at }: { readonly shown: ShownTokens; readonly at: number | null }): JSX.Element {
  return (
    <>
      {shown.tokens.map(({ text, level }, index) => (
        <span
          key={index}
          data-token={index}
          data-chosen={index === at}
          className={text === '' ? `${styles.token} ${styles.bare}` : styles.token}
          style={{ background: levelBackground(level) }}
        >
          {text}
        </span>
      ))}
      {shown.rest}
    </>
  )
}

function placeOf(target: EventTarget): number | null {
  const place = target instanceof HTMLElement ? target.dataset['token'] : undefined
  return place === undefined ? null : Number(place)
}

function placeAfter(key: string, at: number | null, last: number): number | null {
  if (last < 0) return null
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, (at ?? -1) + 1)
    case 'ArrowLeft':
      return Math.max(0, (at ?? 1) - 1)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}
