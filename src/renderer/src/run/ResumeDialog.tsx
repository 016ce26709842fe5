import { Button, Group, Modal, NativeSelect, Stack, Text, Textarea } from '@mantine/core'
import { useState, type JSX } from 'react'
import { changeableFields } from '../../../shared/config/changeableFields.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { answerTo, useRouteMutation, useRouteQuery } from '../data/useRoute.ts'
import { parseLayerYaml } from '../newRun/form/draft.ts'
import { resumeText } from './resumeText.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

const newest = 'newest'

export interface ResumeDialogProps {
  readonly run: Run
  readonly onClose: () => void
}

/** The way out for a run that cannot go on as it was: other settings, an earlier checkpoint, or both. */
export function ResumeDialog({ run, onClose }: ResumeDialogProps): JSX.Element {
  const { runId } = run
  const resume = useRouteMutation('run.resume')
  const [text, setText] = useState(() => resumeText(run.config))
  const [from, setFrom] = useState(newest)
  const read = parseLayerYaml(text)
  const problem = 'problem' in read ? read.problem : null
  const settings = 'problem' in read ? {} : read.layer
  const asked = { runId, change: { settings, fromStep: from === newest ? null : Number(from) } }
  const send = (): void => {
    if (problem === null) resume.mutate(asked, { onSuccess: onClose })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title="Go on with changes"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <FromSelect runId={runId} value={from} onChange={setFrom} />
        <Textarea
          label="Settings for the steps to come"
          description="YAML; what is not named stays as it is."
          classNames={{ input: 'mono' }}
          autosize
          minRows={4}
          maxRows={14}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={problem}
          data-autofocus
        />
        <Text fz={12} className="muted">
          May change: {changeableFields.join(', ')}. The log says what was changed, and the config’s hash
          changes with it.
        </Text>
        <ProblemNote problem={problem === null ? answerTo(resume, asked).error : null} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={send} disabled={problem !== null} loading={resume.isPending}>
            Go on
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface FromSelectProps {
  readonly runId: string
  readonly value: string
  readonly onChange: (value: string) => void
}

function FromSelect({ runId, value, onChange }: FromSelectProps): JSX.Element {
  const { data = [] } = useRouteQuery('checkpoints.list', { runId })
  return (
    <NativeSelect
      label="Go on from"
      description="What the run reported after that step is taken back and computed again."
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: newest, label: 'the newest sound checkpoint' },
        ...data.map(({ step }) => ({ value: `${step}`, label: `step ${step}` })),
        { value: '0', label: 'the beginning' },
      ]}
    />
  )
}
