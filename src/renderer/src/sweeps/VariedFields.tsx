import { Title } from '@mantine/core'
import { useMemo, type JSX } from 'react'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import { StillChart } from '../plots/chart/StillChart.tsx'
import { usePlotTheme } from '../plots/chart/usePlotTheme.ts'
import { Term } from '../widgets/Term.tsx'
import { parallelOption, parallelText } from './parallelOption.ts'

const meaning =
  'Every finished trial is one line through the values of its varied fields to its metric; the better it ranks, the stronger its colour. Drag along an axis to keep the lines that pass there'

/** Parallel coordinates of the finished trials; nothing where no field is varied. */
export function VariedFields({ sweep }: { readonly sweep: SweepView }): JSX.Element | null {
  const theme = usePlotTheme()
  const { metric } = sweep
  const option = useMemo(
    () => parallelOption(sweep, theme, `validation ${findMetric(metric)?.label ?? metric}`),
    [sweep, theme, metric],
  )
  if (option === null) return null
  return (
    <section className="panel side-panel" aria-label="Varied fields">
      <Title order={2} fz={14}>
        <Term meaning={meaning}>Trials by their varied fields (parallel coordinates)</Term>
      </Title>
      <StillChart option={option} label={parallelText(sweep)} />
    </section>
  )
}
