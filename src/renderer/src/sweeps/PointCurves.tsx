import { Group, Select } from '@mantine/core'
import { useState, type JSX } from 'react'
import { findMetric } from '../../../shared/metrics/metrics.ts'
import { axisLabels } from '../../../shared/plots/plotData.ts'
import { curveMetrics } from '../../../shared/routes/sweeps.ts'
import { curveLines, curveShape } from '../../../shared/sweep/curvePlot.ts'
import type { PointCurve } from '../../../shared/sweep/sweepView.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { PlotBoard, type BoardPlot } from '../plots/PlotBoard.tsx'
import { linesCsv } from '../plots/export/plotCsv.ts'
import { firstSettings } from '../plots/plotSettings.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

const axes = ['step', 'tokens', 'timeMs'] as const
type Axis = (typeof axes)[number]
type CurveMetric = (typeof curveMetrics)[number]

const labelOf = (metric: string): string => findMetric(metric)?.label ?? metric

/** Mean over seeds with its interval as a band, a line a point. */
export function PointCurves({ name }: { readonly name: string }): JSX.Element {
  const [metric, setMetric] = useState<CurveMetric>('validation/accuracy/final')
  const [axis, setAxis] = useState<Axis>('step')
  const { data, error } = useRouteQuery('sweep.curves', { name, metric, axis }, { keepPreviousOf: ['name'] })
  const plot = boardPlot(data ?? [], { metric, axis })
  return (
    <section aria-label="Curves over seeds">
      <Group gap="xs" mb={6}>
        <Select
          aria-label="Metric of the curves"
          data={curveMetrics.map((each) => ({ value: each, label: labelOf(each) }))}
          value={metric}
          allowDeselect={false}
          w={230}
          onChange={(chosen) => setMetric(curveMetrics.find((each) => each === chosen) ?? metric)}
        />
        <Select
          aria-label="x axis of the curves"
          data={axes.map((each) => ({ value: each, label: axisLabels[each] }))}
          value={axis}
          allowDeselect={false}
          w={190}
          onChange={(chosen) => setAxis(axes.find((each) => each === chosen) ?? axis)}
        />
      </Group>
      <ProblemNote problem={error} />
      <PlotBoard
        plots={[plot]}
        settings={firstSettings}
        range={null}
        onRange={() => undefined}
        group={`sweep ${name}`}
        files={{
          name,
          stamps: [{ name, proof: 'mean over seeds, Student’s t 95 %' }],
          readCsv: () => Promise.resolve(linesCsv(name, plot.lines)),
        }}
      />
    </section>
  )
}

function seedsText(seeds: readonly number[]): string {
  const [least, most] = [Math.min(...seeds), Math.max(...seeds)]
  if (most === 1) return 'one seed'
  return least === most ? `${most} seeds` : `${least} to ${most} seeds`
}

function boardPlot(
  curves: readonly PointCurve[],
  { metric, axis }: { readonly metric: CurveMetric; readonly axis: Axis },
): BoardPlot {
  const lines = curveLines(curves, axis)
  const seeds = curves.map((each) => each.seeds)
  return {
    id: 'curves',
    lines,
    bins: [],
    hasOwnX: true,
    emptyText: 'No trial has measured it yet.',
    footText:
      lines.length === 0 ? '' : `${lines.length} points (at most the best twelve), ${seedsText(seeds)} each`,
    shape: curveShape(metric, axis, {
      title: `${labelOf(metric)}, mean over seeds`,
      note: 'bands: Student’s t 95 % interval over seeds, where all seeds of a point have a value; none with one seed',
    }),
  }
}
