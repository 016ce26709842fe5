import { Anchor } from '@mantine/core'
import { useDisclosure, useElementSize } from '@mantine/hooks'
import type { JSX } from 'react'
import styles from './RunNotes.module.css'

/** The first three lines, and the rest on request. */
export function RunNotes({ notes }: { readonly notes: string }): JSX.Element {
  const [isOpen, { toggle }] = useDisclosure(false)
  const { ref: box, height: shown } = useElementSize()
  const { ref: text, height: whole } = useElementSize()
  return (
    <div className={`${styles.notes} muted`}>
      <div ref={box} className={isOpen ? undefined : styles.closed}>
        <div ref={text}>{notes}</div>
      </div>
      {(isOpen || whole > shown + 1) && (
        <Anchor component="button" type="button" fz={12} aria-expanded={isOpen} onClick={toggle}>
          {isOpen ? 'less' : 'more'}
        </Anchor>
      )}
    </div>
  )
}
