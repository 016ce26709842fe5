import { useState, type JSX } from 'react'
import { FolderImport } from './FolderImport.tsx'
import { GgufImport } from './GgufImport.tsx'
import { ImportDialog } from './ImportDialog.tsx'

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
    <ImportDialog title="Import a model" kinds={kinds} kind={kind} onKind={setKind} onClose={onClose}>
      {kind === 'gguf' ? (
        <GgufImport onClose={onClose} />
      ) : (
        <FolderImport key={kind} isAdapter={kind === 'adapter'} onClose={onClose} />
      )}
    </ImportDialog>
  )
}
