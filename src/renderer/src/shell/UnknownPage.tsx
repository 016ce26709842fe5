import { Anchor, Stack, Text, Title } from '@mantine/core'
import type { JSX } from 'react'
import { shortened } from '../../../shared/plots/textFit.ts'
import { allRuns, targetAddress } from '../data/routeTarget.ts'

/** Of the address, as much as says what was typed. */
const addressWidthPx = 560

/** An address that names no page. */
export function UnknownPage({ address }: { readonly address: string }): JSX.Element {
  return (
    <Stack p="xl" gap="sm" maw={640}>
      <Title order={1} size="h3">
        There is no such page
      </Title>
      <Text>
        Nothing of Recheck stands at <span className="mono">{shortened(address, addressWidthPx, 13)}</span>.
        It may be cut, or of another version.
      </Text>
      <Anchor href={targetAddress(allRuns)}>All runs</Anchor>
    </Stack>
  )
}
