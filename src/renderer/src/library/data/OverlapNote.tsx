import { Group, Select, Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import { formatCount } from '../../../../shared/text/format.ts'
import type { DataOverlap } from '../../../../shared/routes/library/library.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'

export interface OverlapNoteProps {
  readonly name: string
  readonly others: readonly string[]
}

/** How many problems two data sets share. */
export function OverlapNote({ name, others }: OverlapNoteProps): JSX.Element | null {
  const [other, setOther] = useState<string | null>(null)
  const overlap = useRouteQuery(
    'data.overlap',
    { first: name, second: other ?? '' },
    { enabled: other !== null },
  )
  if (others.length === 0) return null
  return (
    <Group gap="sm" mb={8}>
      <Select
        aria-label="Overlap with"
        placeholder="Overlap with…"
        clearable
        data={[...others]}
        value={other}
        onChange={setOther}
        w={190}
      />
      {other !== null && (
        <Text fz={13} role="status">
          {overlap.data === undefined
            ? overlap.error === null && 'Comparing…'
            : overlapText({ name, other }, overlap.data)}
        </Text>
      )}
      <ProblemNote problem={other === null ? null : overlap.error} />
    </Group>
  )
}

/** `12 of 1,319 problems of gsm8k are in mine, too …` */
export function overlapText(
  { name, other }: { readonly name: string; readonly other: string },
  { first, second, shared, leaking, examples }: DataOverlap,
): string {
  if (shared === 0)
    return `${name} and ${other} share no problem (${formatCount(first)} and ${formatCount(second)}, compared without case and spaces).`
  const leak =
    leaking === 0
      ? 'None of them is held out in one and trained on in the other.'
      : `${formatCount(leaking)} of them are held out in one and training problems of the other: do not train on the one and test on the other.`
  const example = examples[0] === undefined ? '' : ` For example: ${examples[0]}`
  return `${formatCount(shared)} problems are in both (of ${formatCount(first)} and ${formatCount(second)}). ${leak}${example}`
}
