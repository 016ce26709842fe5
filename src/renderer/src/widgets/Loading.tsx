import { Group, Loader } from '@mantine/core'
import type { JSX } from 'react'

/** What is being waited for, in words. */
export function Loading({ what }: { readonly what: string }): JSX.Element {
  return (
    <Group role="status" gap="sm" p="xl" className="muted">
      <Loader size="sm" />
      {what}
    </Group>
  )
}
