import { Button, Group, List, Stack, Text, TextInput } from '@mantine/core'
import { useState, type FormEvent, type JSX } from 'react'
import { importText, type ImportOutcome } from '../../../shared/runs/importedRun.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import { targetAddress } from '../data/routeTarget.ts'
import { ImportDialog } from '../library/ImportDialog.tsx'
import { UploadPart } from '../library/UploadDialog.tsx'
import { useUpload } from '../library/useUpload.ts'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

type Kind = 'file' | 'folder'

const kinds: readonly { readonly value: Kind; readonly label: string }[] = [
  { value: 'file', label: 'A file' },
  { value: 'folder', label: 'A folder of TensorBoard' },
]

/** What another tool has logged, as runs that are only read. */
export function ImportRuns({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [kind, setKind] = useState<Kind>('file')
  return (
    <ImportDialog
      title="Import runs of another tool"
      kinds={kinds}
      kind={kind}
      onKind={setKind}
      onClose={onClose}
    >
      {kind === 'file' ? <FileRuns onClose={onClose} /> : <FolderRuns onClose={onClose} />}
    </ImportDialog>
  )
}

interface PartProps {
  readonly onClose: () => void
}

/** A file of the page's machine. */
function FileRuns({ onClose }: PartProps): JSX.Element {
  const upload = useUpload()
  const [stepColumn, setStepColumn] = useState('')
  const take = useRouteMutation('run.import')
  const { uploadId } = upload
  const start = (): void => {
    if (uploadId === null) return
    const wanted = stepColumn.trim()
    // the owner lets go of the file once its runs are stored
    take.mutate({ uploadId, stepColumn: wanted === '' ? null : wanted }, { onSuccess: upload.keep })
  }
  return (
    <UploadPart
      hint="An event file of TensorBoard, a history or a panel of W&B (CSV, JSON), a project of trackio (.db, .parquet), or a table with a column of steps."
      accept=""
      upload={upload}
    >
      {take.data === undefined && (
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Column of steps"
            placeholder="step, global_step, …"
            description="Of a table whose column has another name"
            value={stepColumn}
            onChange={(event) => setStepColumn(event.currentTarget.value)}
          />
          <Button onClick={start} loading={take.isPending} disabled={uploadId === null}>
            Import
          </Button>
        </Group>
      )}
      {take.isPending && <Loading what="Reading the runs of the file…" />}
      <ProblemNote problem={take.error} />
      {take.data !== undefined && <Outcomes runs={take.data} onClose={onClose} />}
    </UploadPart>
  )
}

/** A log folder of the machine that Recheck runs on: thousands of event files need not travel. */
function FolderRuns({ onClose }: PartProps): JSX.Element {
  const [folder, setFolder] = useState('')
  const take = useRouteMutation('run.importFolder')
  const start = (event: FormEvent): void => {
    event.preventDefault()
    if (folder.trim() !== '') take.mutate({ folder })
  }
  if (take.data !== undefined) return <Outcomes runs={take.data} onClose={onClose} />
  return (
    <Stack component="form" gap="sm" onSubmit={start}>
      <TextInput
        label="Log folder"
        description="On the machine that Recheck runs on; ~ is the home folder there. Each folder in it with event files is a run; what was imported before is not there twice."
        placeholder="~/runs"
        value={folder}
        onChange={(event) => setFolder(event.currentTarget.value)}
        data-autofocus
      />
      <Group justify="flex-end">
        <Button type="submit" loading={take.isPending} disabled={folder.trim() === ''}>
          Import
        </Button>
      </Group>
      {take.isPending && <Loading what="Reading the runs of the folder…" />}
      <ProblemNote problem={take.error} />
    </Stack>
  )
}

const mostShown = 20

function Outcomes({
  runs,
  onClose,
}: {
  readonly runs: readonly ImportOutcome[]
  readonly onClose: () => void
}): JSX.Element {
  return (
    <>
      <List spacing={4} fz={13} role="status">
        {runs.slice(0, mostShown).map((run) => (
          <List.Item key={run.runId}>
            <a href={targetAddress({ page: 'run', runId: run.runId, tab: 'plots' })}>{importText(run)}</a>
            {run.notes.map((note) => (
              <Text key={note} fz={12} className="muted">
                {note}
              </Text>
            ))}
          </List.Item>
        ))}
      </List>
      {runs.length > mostShown && <Text fz={13}>{`… and ${runs.length - mostShown} more runs`}</Text>}
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </>
  )
}
