import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { answerTo, useRouteMutation } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'

type WeightFormat = 'f32' | 'bf16'

const formats: readonly { readonly value: WeightFormat; readonly label: string }[] = [
  { value: 'f32', label: 'As they are (float32)' },
  { value: 'bf16', label: 'Half the size, rounded (bfloat16)' },
]

export interface ExportDialogProps {
  readonly run: Run
  readonly step: number
  readonly onClose: () => void
}

/** Asks where the model of a checkpoint is to be written, and as what. */
export function ExportDialog({ run, step, onClose }: ExportDialogProps): JSX.Element {
  const [folder, setFolder] = useState(`~/recheck-models/${run.runId}-step-${step}`)
  const [dtype, setDtype] = useState<WeightFormat>('f32')
  const begin = useRouteMutation('export.begin')
  const asked = { runId: run.runId, step, folder, dtype }
  const isNamed = folder.trim() !== ''
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Export the model of step ${formatCount(step)}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isNamed) begin.mutate(asked, { onSuccess: onClose })
        }}
      >
        <Stack gap="md">
          <Text fz={13}>
            A Hugging Face folder that transformers loads: weights, config, tokenizer, chat template and a
            model card.
          </Text>
          <TextInput
            label="New folder"
            description="On the machine that Recheck runs on; ~ is the home folder there. Nothing is overwritten."
            value={folder}
            onChange={(event) => setFolder(event.currentTarget.value)}
            data-autofocus
          />
          <SegmentedControl
            aria-label="Weights"
            data={[...formats]}
            value={dtype}
            onChange={(value) => setDtype(value as WeightFormat)}
          />
          <ProblemNote problem={answerTo(begin, asked).error} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={begin.isPending} disabled={!isNamed}>
              Export
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
