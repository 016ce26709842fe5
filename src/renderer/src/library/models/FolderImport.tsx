import { Select, Stack, Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import { answerTo, useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { nameOf } from '../data/DataImport.tsx'
import { FolderField } from './FolderField.tsx'
import { NameAndImport } from '../NameAndImport.tsx'

export interface FolderImportProps {
  /** An adapter as PEFT writes it, with the model that it was made for. */
  readonly isAdapter: boolean
  readonly onClose: () => void
}

/** A folder of the machine that Recheck runs on into the library of models. */
export function FolderImport({ isAdapter, onClose }: FolderImportProps): JSX.Element {
  const [folder, setFolder] = useState('')
  const [base, setBase] = useState<string | null>(null)
  const [typed, setTyped] = useState<string | null>(null)
  const models = useRouteQuery('models.list', {}, { enabled: isAdapter })
  const begin = useRouteMutation('fetch.folder')
  const name = typed ?? nameOf(folder.split(/[\\/]/).findLast((part) => part !== '') ?? '')
  const asked = { folder, onto: isAdapter ? base : null, name }
  const usable = models.data?.filter(({ problem }) => problem === null).map((model) => model.name) ?? []
  return (
    <Stack gap="sm">
      <Text fz={13}>
        {isAdapter
          ? 'A LoRA or rsLoRA adapter as PEFT writes it. It is merged into the model that it was made for, and the two become a model of their own.'
          : 'A Hugging Face folder of GPT-2, Llama, Qwen2 or Qwen3: config.json, safetensors and tokenizer.json. What a run reads of it is copied.'}
      </Text>
      <FolderField what={isAdapter ? 'an adapter' : 'a model'} folder={folder} onFolder={setFolder} />
      {isAdapter && (
        <Select
          label="Model that it was made for"
          data={usable}
          value={base}
          onChange={setBase}
          searchable
          nothingFoundMessage="No such model on this machine"
        />
      )}
      <NameAndImport
        name={name}
        onName={setTyped}
        isReady={folder.trim() !== '' && (!isAdapter || base !== null)}
        isPending={begin.isPending}
        onImport={() => begin.mutate(asked, { onSuccess: onClose })}
      />
      <ProblemNote problem={answerTo(begin, asked).error ?? models.error} />
    </Stack>
  )
}
