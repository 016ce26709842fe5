import { Tooltip } from '@mantine/core'
import type { JSX, ReactNode } from 'react'
import styles from './Term.module.css'

/** A word of the trade with its meaning: under the pointer, and for the keyboard when it has the focus. */
export function Term({
  meaning,
  children,
}: {
  readonly meaning: string | null | undefined
  readonly children: ReactNode
}): JSX.Element {
  if (meaning === null || meaning === undefined || meaning === '') return <>{children}</>
  return (
    <Tooltip label={meaning}>
      <span className={styles.term} tabIndex={0}>
        {children}
      </span>
    </Tooltip>
  )
}
