import { VisuallyHidden } from '@mantine/core'
import type { JSX } from 'react'
import { middleCutParts } from './middleCutParts.ts'

/**
 * A name that its place may be too narrow for: what is cut is its middle, because names that belong together begin alike and
 * differ at their ends. A short one is plain text.
 */
export function MiddleCut({ text }: { readonly text: string }): JSX.Element {
  const parts = middleCutParts(text)
  if (parts === null) return <>{text}</>
  return (
    <span className="middle-cut" title={text}>
      <VisuallyHidden>{text}</VisuallyHidden>
      <span className="middle-cut-head" aria-hidden>
        {parts.head}
      </span>
      <span className="middle-cut-tail" aria-hidden>
        {parts.tail}
      </span>
    </span>
  )
}
