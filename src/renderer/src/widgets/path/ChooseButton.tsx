import { Button, type ButtonProps } from '@mantine/core'
import type { JSX } from 'react'
import type { PathDialog } from './usePathDialog.ts'

export interface ChooseButtonProps extends Pick<ButtonProps, 'size' | 'variant' | 'className'> {
  readonly dialog: PathDialog
}

/** Opens the dialog of a field for a path; nothing where there is none. */
export function ChooseButton({ dialog, ...look }: ChooseButtonProps): JSX.Element | null {
  const { open, isOpen, title } = dialog
  if (open === null) return null
  return (
    <Button variant="default" aria-label={title} title={title} disabled={isOpen} onClick={open} {...look}>
      Choose…
    </Button>
  )
}
