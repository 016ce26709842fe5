import { Group, SegmentedControl, Text } from '@mantine/core'
import type { JSX } from 'react'
import { Term } from '../../../widgets/Term.tsx'
import {
  levelBackground,
  levels,
  scaleEnds,
  tokenColourLabels,
  tokenColourMeanings,
  tokenColours,
  type TokenColour,
} from './tokenColours.ts'
import styles from './TokenColourBar.module.css'

export interface TokenColourBarProps {
  readonly colour: TokenColour
  readonly onChange: (colour: TokenColour) => void
}

/** What tokens are coloured by, and what the colours mean. */
export function TokenColourBar({ colour, onChange }: TokenColourBarProps): JSX.Element {
  return (
    <Group gap="sm">
      <Text fz={12} className="muted">
        Colour tokens by
      </Text>
      <SegmentedControl
        aria-label="Colour tokens by"
        data={tokenColours.map((value) => ({ value, label: tokenColourLabels[value] }))}
        value={colour}
        onChange={(chosen) => onChange(tokenColours.find((each) => each === chosen) ?? 'none')}
      />
      {colour !== 'none' && <Legend colour={colour} />}
    </Group>
  )
}

function Legend({ colour }: { readonly colour: Exclude<TokenColour, 'none'> }): JSX.Element {
  const ends = scaleEnds(colour)
  const first = colour === 'logProb' ? 0 : -levels
  const steps = Array.from({ length: levels - first + 1 }, (_, index) => first + index)
  return (
    <div className={`${styles.legend} fine-print tabular`}>
      <Term meaning={tokenColourMeanings[colour]}>{tokenColourLabels[colour]}</Term>
      <span>{ends[0]}</span>
      {steps.map((level) => (
        <span
          key={level}
          aria-hidden
          className={styles.swatch}
          style={{ background: levelBackground(level) }}
        />
      ))}
      <span>{ends[1]}</span>
    </div>
  )
}
