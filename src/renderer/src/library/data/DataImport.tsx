import { Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { DataColumns } from '../../../../shared/routes/library/dataImport.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { Loading } from '../../widgets/Loading.tsx'
import { dataFileEndings } from '../../widgets/path/dataFileEndings.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { ColumnChoice } from './ColumnChoice.tsx'
import { DataLookTable } from './DataLookTable.tsx'
import { NameAndImport } from '../NameAndImport.tsx'
import { UploadDialog } from '../UploadDialog.tsx'
import { useUpload, type Upload } from '../useUpload.ts'

export interface DataImportProps {
  readonly onClose: () => void
  /** It is in the library. */
  readonly onImported: (name: string) => void
}

/**
 * A file of problems into the library: chosen or dropped, its columns named, its first rows seen, its faults
 * said.
 */
export function DataImport({ onClose, onImported }: DataImportProps): JSX.Element {
  const upload = useUpload()
  return (
    <UploadDialog
      title="Import a file of problems"
      size="xl"
      hint="CSV, TSV, JSON, JSONL or Parquet, also packed as .gz, .zst or .br: choose it, or drop it here."
      accept={dataFileEndings.map((ending) => `.${ending}`).join(',')}
      upload={upload}
      onClose={onClose}
    >
      {upload.uploadId !== null && (
        <Look key={upload.uploadId} upload={upload} uploadId={upload.uploadId} onImported={onImported} />
      )}
    </UploadDialog>
  )
}

interface LookProps {
  readonly upload: Upload
  readonly uploadId: string
  readonly onImported: (name: string) => void
}

function Look({ upload, uploadId, onImported }: LookProps): JSX.Element {
  const [chosen, setChosen] = useState<DataColumns | null>(null)
  const [typedName, setName] = useState<string | null>(null)
  const look = useRouteQuery('data.look', { uploadId, columns: chosen }, { keepPreviousOf: ['uploadId'] })
  const take = useRouteMutation('data.import')
  const name = typedName ?? nameOf(upload.file?.name ?? '')
  if (look.data === undefined)
    return look.error === null ? (
      <Loading what="Looking at the file…" />
    ) : (
      <ProblemNote problem={look.error} />
    )
  const columns = chosen ?? look.data.chosen
  const isReady =
    columns !== null && look.data.problem === null && !look.isPlaceholderData && look.error === null
  const begin = (): void => {
    if (!isReady) return
    take.mutate({ uploadId, name, columns }, { onSuccess: () => onImported(name) })
  }
  return (
    <>
      <ColumnChoice columns={look.data.columns} value={columns} onChange={setChosen} />
      <DataLookTable look={look.data} isOld={look.isPlaceholderData} />
      <ProblemNote
        problem={look.error ?? (look.data.problem === null ? null : new Error(look.data.problem))}
      />
      <NameAndImport
        name={name}
        onName={setName}
        isReady={isReady}
        isPending={take.isPending}
        onImport={begin}
      />
      {look.isFetching && (
        <Text fz={12} className="muted" role="status">
          Looking at the file with these columns…
        </Text>
      )}
      <ProblemNote problem={take.error} />
    </>
  )
}

/** What a library may call it: the file's name without its endings. */
export function nameOf(fileName: string): string {
  const plain = fileName.replace(/(\.[A-Za-z0-9]{1,12}){1,2}$/, '')
  return plain
    .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
    .replaceAll(/-{2,}|\.{2,}/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|[^A-Za-z0-9_]+$/g, '')
}
