import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useEffect, useState, type FormEvent, type JSX } from 'react'
import { parseConfig } from '../../../shared/config/parseConfig.ts'
import { extensionRateText } from '../../../shared/runs/extendedRate.ts'
import type { Run, RunStatus } from '../../../shared/runs/records.ts'
import { listedRun } from '../../../shared/runs/runList.ts'
import { actionsOf, type RunAction } from '../../../shared/runs/runTransitions.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import { useRunStage } from '../data/useRunStage.ts'
import { actionLabel, confirmationOf, type Confirmation } from '../widgets/run/runLabels.ts'
import { useOffer, type PageAction } from '../widgets/pageActions.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { ResumeDialog } from './ResumeDialog.tsx'

const changedLabel = 'Go on with changes…'

/** The buttons that the run's status allows; one that loses work asks first. The command palette
 * has them, too. */
export function RunActions({ run }: { readonly run: Run }): JSX.Element {
  const actions = useRunActions(run)
  const { stage } = useRunStage(listedRun(run))
  const [asked, setAsked] = useState<RunAction | 'resume-changed' | null>(null)
  const stopNow = confirmationOf('stop-now', run.status, stage)
  const click = (action: RunAction): void => {
    if (action === 'extend' || (action === 'stop-now' && stopNow !== null)) setAsked(action)
    else actions.run(action)
  }
  const offered: readonly PageAction[] = actionsOf(run).map((action) => ({
    id: action,
    label: actionLabel(action, run.status),
    run: () => click(action),
  }))
  const further: readonly PageAction[] = mayResumeChanged(run)
    ? [{ id: 'resume-changed', label: changedLabel, run: () => setAsked('resume-changed') }]
    : []
  useOffer(offered.concat(further))
  return (
    <>
      <ActionButtons actions={actions} offered={offered} further={further} />
      {actions.problem !== null && (
        <Modal
          opened
          onClose={actions.clear}
          title={`${run.name}: not done`}
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          <ProblemNote problem={actions.problem} />
        </Modal>
      )}
      {asked === 'resume-changed' && <ResumeDialog run={run} onClose={() => setAsked(null)} />}
      {asked === 'extend' && (
        <ExtendDialog run={run} onClose={() => setAsked(null)} onExtend={actions.extend} />
      )}
      {asked === 'stop-now' && stopNow !== null && (
        <ConfirmDialog
          name={run.name}
          action={actionLabel('stop-now', run.status)}
          confirmation={stopNow}
          onClose={() => setAsked(null)}
          onConfirm={() => actions.run('stop-now')}
        />
      )}
    </>
  )
}

interface ActionButtonsProps {
  readonly actions: Pick<ReturnType<typeof useRunActions>, 'pending' | 'isPending'>
  readonly offered: readonly PageAction[]
  readonly further: readonly PageAction[]
}

function ActionButtons({ actions, offered, further }: ActionButtonsProps): JSX.Element {
  return (
    <Group gap="xs" wrap="nowrap">
      {actions.pending !== null && (
        <Text fz={12} role="status" className="muted">
          {actions.pending}
        </Text>
      )}
      {offered.map(({ id, label, run: act }) => (
        <Button
          key={id}
          variant={id === 'resume' ? 'filled' : 'default'}
          color={id === 'stop-now' ? 'red' : undefined}
          loading={actions.isPending}
          onClick={act}
        >
          {label}
        </Button>
      ))}
      {further.map(({ id, label, run: act }) => (
        <Button key={id} variant="default" onClick={act}>
          {label}
        </Button>
      ))}
    </Group>
  )
}

/** A run without a process; a paused one has none when its update was refused, and then it has an error. */
function mayResumeChanged(run: Run): boolean {
  return actionsOf(run).includes('resume') && (run.status !== 'paused' || run.error !== null)
}

const stopWords = { 'after-step': 'Stops after the work in hand…', now: 'Stopping…' } as const
const pauseWords = 'Pauses after the work in hand…'

function useRunActions({ runId, status }: Run) {
  const stop = useRouteMutation('run.stop')
  const pause = useRouteMutation('run.pause')
  const resume = useRouteMutation('run.resume')
  const extend = useRouteMutation('run.extend')
  const all = [stop, pause, resume, extend]
  usePendingUntilOver(status, [stop, pause])
  const run = (action: RunAction): void => {
    switch (action) {
      case 'pause':
        return pause.mutate({ runId })
      case 'stop-after-step':
        return stop.mutate({ runId, when: 'after-step' })
      case 'stop-now':
        return stop.mutate({ runId, when: 'now' })
      case 'resume':
        return resume.mutate({ runId })
      case 'extend':
        return undefined
    }
  }
  return {
    run,
    extend: (steps: number) => extend.mutate({ runId, steps }),
    isPending: all.some((each) => each.isPending),
    /** What was asked of it, while its step, or a part of stage 1 or of an evaluation, still goes on. */
    pending: stop.isSuccess ? stopWords[stop.variables.when] : pause.isSuccess ? pauseWords : null,
    problem: all.find((each) => each.error !== null)?.error ?? null,
    clear: () => all.forEach((each) => each.reset()),
  }
}

/** A stop or a pause that was accepted is pending for as long as the run has not come to it. */
function usePendingUntilOver(
  status: RunStatus,
  asked: readonly { readonly isSuccess: boolean; readonly reset: () => void }[],
): void {
  useEffect(() => {
    if (status === 'running') return
    for (const each of asked) if (each.isSuccess) each.reset()
  })
}

interface ConfirmDialogProps {
  /** Of the run. */
  readonly name: string
  /** As on its button. */
  readonly action: string
  readonly confirmation: Confirmation
  readonly onClose: () => void
  readonly onConfirm: () => void
}

function ConfirmDialog(props: ConfirmDialogProps): JSX.Element {
  const { name, action, confirmation, onClose, onConfirm } = props
  return (
    <Modal opened onClose={onClose} title={`${action}: ${name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="md">
        <Text>{confirmation.text}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {confirmation.keep}
          </Button>
          <Button
            color="red"
            onClick={() => {
              onConfirm()
              onClose()
            }}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface ExtendDialogProps {
  readonly run: Run
  readonly onClose: () => void
  readonly onExtend: (steps: number) => void
}

function ExtendDialog({ run, onClose, onExtend }: ExtendDialogProps): JSX.Element {
  // as it is typed: an input of numbers only would drop the “e” of 1e3, and 13 steps would run
  const [typed, setTyped] = useState('20')
  const steps = Number(typed)
  const isValid = Number.isInteger(steps) && steps >= 1 && steps <= 1_000_000
  const rate = isValid ? rateText(run, steps) : null
  const send = (event: FormEvent): void => {
    event.preventDefault()
    if (!isValid) return
    onExtend(steps)
    onClose()
  }
  return (
    <Modal opened onClose={onClose} title="Extend the run" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack component="form" gap="md" onSubmit={send}>
        <TextInput
          label="Further steps"
          description="The run goes on from its last checkpoint; its curves go on without a seam."
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          inputMode="numeric"
          error={isValid ? null : 'A whole number from 1 to 1,000,000'}
          data-autofocus
        />
        {rate !== null && (
          <Text fz={12} role="status">
            {rate}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isValid}>
            Extend
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

/** What the learning rate does with these further steps; null where it is constant. */
function rateText({ config, runId, totalSteps, stepsDone }: Run, steps: number): string | null {
  const { optimizer } = parseConfig(JSON.parse(config), `run ${runId}`)
  return extensionRateText(optimizer, Math.max(totalSteps, stepsDone), steps)
}
