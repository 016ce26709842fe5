import { Modal, SegmentedControl, Stack } from '@mantine/core'
import type { JSX, ReactNode } from 'react'

export interface ImportDialogProps<Kind extends string> {
  readonly title: string
  readonly kinds: readonly { readonly value: Kind; readonly label: string }[]
  readonly kind: Kind
  readonly onKind: (kind: Kind) => void
  readonly onClose: () => void
  /** What the chosen kind asks for. */
  readonly children: ReactNode
}

/** Something comes in that is of one of several kinds. */
export function ImportDialog<Kind extends string>(props: ImportDialogProps<Kind>): JSX.Element {
  const { title, kinds, kind, onKind, onClose, children } = props
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        <SegmentedControl
          aria-label="What is imported"
          data={[...kinds]}
          value={kind}
          onChange={(value) => onKind(value as Kind)}
        />
        {children}
      </Stack>
    </Modal>
  )
}
