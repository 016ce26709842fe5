import { Modal, SegmentedControl, Stack } from '@mantine/core'
import { useState, type JSX } from 'react'
import { FolderImport } from './FolderImport.tsx'
import { GgufImport } from './GgufImport.tsx'

type Kind = 'gguf' | 'model' | 'adapter'

const kinds: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: 'gguf', label: 'GGUF file' },
  { value: 'model', label: 'Model folder' },
  { value: 'adapter', label: 'Adapter' },
]

/** What somebody has already, into the library of models: a file, a folder, or an adapter and its model. */
export function ModelImport({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [kind, setKind] = useState<Kind>('gguf')
  return (
    <Modal
      opened
      onClose={onClose}
      title="Import a model"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <SegmentedControl
          aria-label="What is imported"
          data={[...kinds]}
          value={kind}
          onChange={(value) => setKind(value as Kind)}
        />
        {kind === 'gguf' ? (
          <GgufImport onClose={onClose} />
        ) : (
          <FolderImport key={kind} isAdapter={kind === 'adapter'} onClose={onClose} />
        )}
      </Stack>
    </Modal>
  )
}
