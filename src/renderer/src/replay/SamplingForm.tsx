import { Switch, TextInput } from '@mantine/core'
import type { JSX } from 'react'
import { Term } from '../widgets/Term.tsx'
import { samplingFields, samplingProblem, type SamplingTexts } from './samplingFields.ts'
import styles from './SamplingForm.module.css'

export interface SamplingFormProps {
  readonly texts: SamplingTexts
  readonly alwaysRevise: boolean
  readonly onChange: (texts: SamplingTexts) => void
  readonly onRevise: (always: boolean) => void
}

export function SamplingForm({ texts, alwaysRevise, onChange, onRevise }: SamplingFormProps): JSX.Element {
  return (
    <div className={styles.sampling}>
      {samplingFields.map((field) => (
        <TextInput
          key={field.name}
          label={<Term meaning={field.meaning}>{field.label}</Term>}
          aria-label={field.label}
          inputMode="decimal"
          value={texts[field.name]}
          error={samplingProblem(field, texts[field.name])}
          onChange={(event) => onChange({ ...texts, [field.name]: event.currentTarget.value })}
        />
      ))}
      <Switch
        label={
          <Term meaning="As stage 1 samples; without it a revision follows a verdict of “wrong” alone">
            Revise whatever the verdict says
          </Term>
        }
        checked={alwaysRevise}
        onChange={(event) => onRevise(event.currentTarget.checked)}
      />
    </div>
  )
}
