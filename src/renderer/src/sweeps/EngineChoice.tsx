import { Select } from '@mantine/core'
import type { JSX } from 'react'
import type { RemotePlace } from '../../../shared/runs/remotePlace.ts'

/** Where trials run; null = on this machine, one after the other. */
export type ChosenPlace = RemotePlace | null

export interface EngineChoiceProps {
  readonly place: ChosenPlace
  readonly onPlace: (place: ChosenPlace) => void
}

/** Where the trials run. A cluster is named in the terminal so far: `--engine ray`. */
export function EngineChoice({ place, onPlace }: EngineChoiceProps): JSX.Element {
  return (
    <Select
      label="Where its trials run"
      description="Side by side on a cluster: recheck sweep --engine ray (docs/scaling.md)"
      data={[{ value: 'here', label: 'This machine, one after the other' }]}
      value={place === null ? 'here' : null}
      allowDeselect={false}
      onChange={() => onPlace(null)}
    />
  )
}
