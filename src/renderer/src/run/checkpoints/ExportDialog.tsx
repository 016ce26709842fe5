import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { answerTo, useRouteMutation } from '../../data/useRoute.ts'
import { PathRow } from '../../widgets/path/PathRow.tsx'
import { usePathDialog } from '../../widgets/path/usePathDialog.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'

type WeightFormat = 'f32' | 'bf16' | 'gguf'

const formats: readonly { readonly value: WeightFormat; readonly label: string }[] = [
  { value: 'f32', label: 'Exact (float32)' },
  { value: 'bf16', label: 'Half (bfloat16)' },
  { value: 'gguf', label: 'GGUF (float16)' },
]
const explanations: Readonly<Record<WeightFormat, string>> = {
  f32: 'A Hugging Face folder that transformers loads: weights, config, tokenizer, chat template and a model card.',
  bf16: 'A Hugging Face folder that transformers loads, of half the size: weights rounded to bfloat16, config, tokenizer, chat template and a model card.',
  gguf: 'A GGUF file that llama.cpp loads, with tokenizer and chat template in it: matrices rounded to float16. In a folder a model card lies beside it; a name that ends in .gguf is the file alone.',
}

/** A folder's name has no ending: with the first kind the system may add one. */
const ggufFilters = [
  { name: 'A file', endings: ['gguf'] },
  { name: 'A folder', endings: ['*'] },
]

export interface ExportDialogProps {
  readonly run: Run
  readonly step: number
  readonly onClose: () => void
}

/** Asks where the model of a checkpoint is to be written, and as what. */
export function ExportDialog({ run, step, onClose }: ExportDialogProps): JSX.Element {
  const [folder, setFolder] = useState(`~/recheck-models/${run.runId}-step-${step}`)
  const [format, setFormat] = useState<WeightFormat>('f32')
  const begin = useRouteMutation('export.begin')
  const weights =
    format === 'gguf' ? ({ form: 'gguf' } as const) : ({ form: 'model', dtype: format } as const)
  const asked = { runId: run.runId, step, folder, ...weights }
  const isNamed = folder.trim() !== ''
  const dialog = usePathDialog({
    kind: 'save',
    title: format === 'gguf' ? 'Choose a new folder or file' : 'Choose a new folder',
    filters: format === 'gguf' ? ggufFilters : [],
    startAt: folder,
    onPath: setFolder,
  })
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
          <Text fz={13}>{explanations[format]}</Text>
          <PathRow dialog={dialog}>
            <TextInput
              label={format === 'gguf' ? 'New folder or file' : 'New folder'}
              description="On the machine that Recheck runs on; ~ is the home folder there. Nothing is overwritten."
              value={folder}
              onChange={(event) => setFolder(event.currentTarget.value)}
              data-autofocus
            />
          </PathRow>
          <SegmentedControl
            aria-label="Weights"
            data={[...formats]}
            value={format}
            onChange={(value) => setFormat(value as WeightFormat)}
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
