import { Radio, Stack, Text } from '@mantine/core'
import { Fragment, type JSX } from 'react'
import type { ArtifactChoice } from './artifactChoices.ts'
import styles from './ArtifactList.module.css'

/** Beyond these, estimates that do not fit are only counted. */
const mostUnfit = 20

export interface ArtifactListProps {
  readonly choices: readonly ArtifactChoice[]
  readonly value: string | null
  readonly problem: string | null
  readonly onChange: (vStarId: string) => void
}

/** The V* estimates there are: what each was made from, and why one does not fit. */
export function ArtifactList({ choices, value, problem, onChange }: ArtifactListProps): JSX.Element {
  const unfit = choices.filter(({ differing }) => differing.length > 0)
  const hidden = new Set(unfit.slice(mostUnfit).map(({ vStarId }) => vStarId))
  if (choices.length === 0) {
    return <Text className="muted">There is no V* estimate yet. Run both stages, or stage 1 first.</Text>
  }
  return (
    <Radio.Group
      label="V* estimate"
      description="Made by stage 1 of an earlier run; one made from other inputs does not fit."
      value={value}
      error={problem}
      onChange={onChange}
      data-path="vStarId"
    >
      <Stack gap={6} mt={6} className={styles.list} tabIndex={0} role="group" aria-label="V* estimates">
        {choices
          .filter(({ vStarId }) => !hidden.has(vStarId))
          .map((choice) => (
            <Radio
              key={choice.vStarId}
              size="xs"
              value={choice.vStarId}
              label={choice.name}
              disabled={choice.differing.length > 0}
              description={<Facts choice={choice} />}
            />
          ))}
        {hidden.size > 0 && <Text className="muted">{hidden.size} more that do not fit.</Text>}
      </Stack>
    </Radio.Group>
  )
}

function Facts({ choice: { facts, differing } }: { readonly choice: ArtifactChoice }): JSX.Element {
  return (
    <>
      <span className={styles.facts}>
        {facts.map((fact, index) => (
          <Fragment key={fact}>
            {index > 0 && ' · '}
            <span>{fact}</span>
          </Fragment>
        ))}
      </span>
      {differing.length > 0 && (
        <span className={styles.reason}>Does not fit. {differing.slice(0, 4).join('; ')}.</span>
      )}
    </>
  )
}
