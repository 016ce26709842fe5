import { Switch, Tooltip } from '@mantine/core'
import type { JSX } from 'react'

export interface MathsSwitchProps {
  readonly isSet: boolean
  readonly onChange: (isSet: boolean) => void
}

export function MathsSwitch({ isSet, onChange }: MathsSwitchProps): JSX.Element {
  return (
    <Tooltip label="Formulas ($…$, \(…\), \[…\], \boxed{…}) as TeX sets them; key w for the text as it was written">
      <Switch label="Set maths" checked={isSet} onChange={(event) => onChange(event.currentTarget.checked)} />
    </Tooltip>
  )
}
