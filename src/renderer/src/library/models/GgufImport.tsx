import { useState, type JSX } from 'react'
import { useRouteMutation } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { nameOf } from '../data/DataImport.tsx'
import { NameAndImport } from '../NameAndImport.tsx'
import { UploadPart } from '../UploadDialog.tsx'
import { useUpload } from '../useUpload.ts'

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
    <UploadPart
      hint="A model of the llama, qwen2, qwen3 or gpt2 family, with its tokenizer in it: choose it, or drop it here."
      accept=".gguf"
      upload={upload}
    >
      <NameAndImport
        name={name}
        onName={setTyped}
        isReady={uploadId !== null}
        isPending={begin.isPending}
        onImport={start}
      />
      <ProblemNote problem={begin.error} />
    </UploadPart>
  )
}
