import { Button, Group, Select, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import type { VoteCurve } from '../../../../shared/runs/evaluation/voteCurve.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { PlotBoard } from '../../plots/PlotBoard.tsx'
import { linesCsv } from '../../plots/export/plotCsv.ts'
import { firstSettings } from '../../plots/plotSettings.ts'
import { EnginePicker } from '../../widgets/engine/EnginePicker.tsx'
import { usePickedEngine } from '../../widgets/engine/usePickedEngine.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { Term } from '../../widgets/Term.tsx'
import { configValue } from '../../widgets/run/runConfig.ts'
import { mayBegin } from './mayBegin.ts'
import { EqualTokens } from './EqualTokens.tsx'
import { votePlot } from './votePlot.ts'

const meaning =
  'With several samples a problem: pass@1 is a plain attempt, a majority vote takes the answer that most attempts have, self-correction votes over final answers, and the self-verified best is the attempt that the policy’s own verdict is surest of. Tokens are all that were generated for it'

/** Whether self-correction is worth its tokens: accuracy against tokens of a checkpoint. */
export function VoteCurves({ run }: { readonly run: Run }): JSX.Element | null {
  const { data, error } = useRouteQuery('evaluations.votes', { runId: run.runId })
  const [chosen, setChosen] = useState<number | null>(null)
  if (configValue(run, 'turns') !== 'self-correction') return null
  const curve = data?.find(({ step }) => step === chosen) ?? data?.at(-1)
  return (
    <section aria-label="Accuracy against tokens">
      <Group gap="sm" mb={6}>
        <Title order={2} fz={14}>
          <Term meaning={meaning}>Accuracy against tokens (votes)</Term>
        </Title>
        {curve !== undefined && (
          <Select
            aria-label="Step of the votes"
            data={(data ?? []).map(({ step }) => ({
              value: String(step),
              label: `Step ${formatCount(step)}`,
            }))}
            value={String(curve.step)}
            allowDeselect={false}
            w={120}
            onChange={(step) => setChosen(Number(step))}
          />
        )}
        <Measure run={run} />
      </Group>
      <ProblemNote problem={error} />
      {curve === undefined ? (
        <Text fz={12} className="muted">
          Not measured yet. It draws 16 samples of every test problem; recheck eval --samples 16 does the same
          in a terminal.
        </Text>
      ) : (
        <Measured run={run} curve={curve} />
      )}
    </section>
  )
}

function Measured({ run, curve }: { readonly run: Run; readonly curve: VoteCurve }): JSX.Element {
  const plot = votePlot(curve)
  const proof = `config ${run.configHash.slice(0, 12)}`
  return (
    <>
      <PlotBoard
        plots={[plot]}
        settings={firstSettings}
        range={null}
        onRange={() => undefined}
        group={`votes ${run.runId}`}
        files={{
          name: run.name,
          stamps: [{ name: run.name, proof }],
          readCsv: () => Promise.resolve(linesCsv(run.name, plot.lines)),
        }}
      />
      <EqualTokens curve={curve} />
    </>
  )
}

const sampleCounts = ['4', '8', '16'] as const

/** Measures the newest checkpoint; before there is one, the model that the run began from. */
function Measure({ run }: { readonly run: Run }): JSX.Element {
  const [samples, setSamples] = useState<string>('16')
  const checkpoints = useRouteQuery('checkpoints.list', { runId: run.runId }).data
  const state = useRouteQuery('evaluations.underWay', {}).data
  const start = useRouteMutation('evaluations.start')
  const engine = usePickedEngine()
  const step = Math.max(0, ...(checkpoints ?? []).map((each) => each.step))
  const asked = { runId: run.runId, step, samples: Number(samples) }
  const mayStart = mayBegin(asked, engine, state?.underWay)
  return (
    <>
      <Select
        aria-label="Samples a problem"
        data={sampleCounts.map((count) => ({ value: count, label: `${count} samples` }))}
        value={samples}
        allowDeselect={false}
        w={130}
        onChange={(count) => setSamples(count ?? samples)}
      />
      <Button
        variant="default"
        disabled={checkpoints === undefined || !mayStart}
        loading={start.isPending}
        onClick={() => start.mutate({ ...asked, place: engine.place })}
      >
        Measure step {formatCount(step)}
      </Button>
      <EnginePicker engine={engine} what="measurement" />
      <ProblemNote problem={start.error} />
    </>
  )
}
