import { lazy, Suspense, useMemo, type JSX } from 'react'
import { mathPieces } from './mathPieces.ts'

const Formula = lazy(() => import('./Formula.tsx').then((module) => ({ default: module.Formula })))

/** What somebody wrote, its formulas set, or as it is. */
export function WrittenText({
  text,
  isSet,
}: {
  readonly text: string
  readonly isSet: boolean
}): JSX.Element {
  const pieces = useMemo(() => (isSet ? mathPieces(text) : []), [text, isSet])
  if (pieces.every(({ tex }) => tex === null)) return <>{text}</>
  return (
    <Suspense fallback={text}>
      {pieces.map((piece, index) =>
        piece.tex === null ? piece.source : <Formula key={`${index} ${piece.source}`} piece={piece} />,
      )}
    </Suspense>
  )
}
