import { VisuallyHidden } from '@mantine/core'
import type { JSX } from 'react'
import { middleCutParts } from './middleCutParts.ts'
import styles from './MiddleCut.module.css'

/**
 * A name that its place may be too narrow for: what is cut is its middle, because names that belong together
 * begin alike and differ at their ends. A short one is plain text.
 */
export function MiddleCut({ text }: { readonly text: string }): JSX.Element {
  const parts = middleCutParts(text)
  if (parts === null) return <>{text}</>
  return (
    <span className={styles.whole} title={text}>
      <VisuallyHidden>{text}</VisuallyHidden>
      <span className={styles.head} aria-hidden>
        {parts.head}
      </span>
      <span className={styles.tail} aria-hidden>
        {parts.tail}
      </span>
    </span>
  )
}
