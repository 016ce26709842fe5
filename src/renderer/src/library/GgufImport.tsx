import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useState, type JSX } from 'react'
import { useRouteMutation } from '../data/useRoute.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { WorkProgress } from '../widgets/WorkProgress.tsx'
import { nameOf } from './DataImport.tsx'
import { FileDrop } from './FileDrop.tsx'
import { useUpload } from './useUpload.ts'

/** A GGUF file of this machine into the library of models. */
export function GgufImport({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const upload = useUpload()
  const [typed, setTyped] = useState<string | null>(null)
  const begin = useRouteMutation('fetch.gguf')
  const { uploadId } = upload
  const name = typed ?? nameOf(upload.file?.name ?? '').toLowerCase()
  const leave = (): void => {
    upload.keep() // the owner lets go of it once the model is made
    onClose()
  }
  const start = (): void => {
    if (uploadId !== null) begin.mutate({ uploadId, name }, { onSuccess: leave })
  }
  return (
    <Modal
      opened
      onClose={onClose}
      title="Import a GGUF file"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <FileDrop
          label={upload.file === null ? 'Choose a file…' : 'Choose another file…'}
          hint="A model of the llama, qwen2, qwen3 or gpt2 family, with its tokenizer in it: choose it, or drop it here."
          accept=".gguf"
          onFile={upload.begin}
        />
        {upload.progress !== null && upload.file !== null && (
          <WorkProgress
            title={`Reading ${upload.file.name}`}
            progress={upload.progress}
            onCancel={upload.drop}
          />
        )}
        <ProblemNote problem={upload.problem} />
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Name in the library"
            value={name}
            onChange={(event) => setTyped(event.currentTarget.value)}
            style={{ flex: '1 1 14rem' }}
          />
          <Button
            onClick={start}
            loading={begin.isPending}
            disabled={uploadId === null || name.trim() === ''}
          >
            Import
          </Button>
        </Group>
        <ProblemNote problem={begin.error} />
      </Stack>
    </Modal>
  )
}
