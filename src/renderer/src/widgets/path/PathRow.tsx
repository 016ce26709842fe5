import { Text } from '@mantine/core'
import type { JSX, ReactNode } from 'react'
import { ChooseButton } from './ChooseButton.tsx'
import styles from './PathRow.module.css'
import type { PathDialog } from './usePathDialog.ts'

export interface PathRowProps {
  readonly dialog: PathDialog
  /** The field. */
  readonly children: ReactNode
}

/** A field for a path, with the button of its dialog beside it, or the line that says why there is none. */
export function PathRow({ dialog, children }: PathRowProps): JSX.Element {
  return (
    <div>
      <div className={styles.row}>
        <div className={styles.field}>{children}</div>
        <ChooseButton dialog={dialog} />
      </div>
      <PathNote dialog={dialog} />
    </div>
  )
}

export function PathNote({ dialog }: { readonly dialog: PathDialog }): JSX.Element | null {
  if (dialog.note === null) return null
  return (
    <Text fz={12} mt={4} className="muted" role="note">
      {dialog.note}
    </Text>
  )
}
