import { Button, Group, List, Stack, Text, TextInput } from '@mantine/core'
import { useState, type FormEvent, type JSX } from 'react'
import { importText, type ImportOutcome } from '../../../shared/runs/imports/importedRun.ts'
import { targetAddress } from '../data/routeTarget.ts'
import { ImportDialog } from '../library/models/ImportDialog.tsx'
import { UploadPart } from '../library/UploadDialog.tsx'
import { useUpload } from '../library/useUpload.ts'
import { PathRow } from '../widgets/path/PathRow.tsx'
import { usePathDialog } from '../widgets/path/usePathDialog.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { WorkProgress } from '../widgets/WorkProgress.tsx'
import { useRunImport } from './useRunImport.ts'

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
  const { begin, cancel, ...taken } = useRunImport()
  const { uploadId, keep } = upload
  const start = (): void => {
    if (uploadId === null) return
    const wanted = stepColumn.trim()
    begin(async (api, importId, signal) => {
      const asked = { importId, uploadId, stepColumn: wanted === '' ? null : wanted }
      const outcomes = await api.request('run.import', asked, signal)
      keep() // the owner has let go of the file
      return outcomes
    })
  }
  return (
    <UploadPart
      hint="An event file of TensorBoard, a history or a panel of W&B (CSV, JSON), a project of trackio (.db, .parquet), or a table with a column of steps."
      accept=""
      upload={upload}
    >
      {taken.outcomes === null && !taken.isReading && (
        <Group align="flex-end" gap="sm">
          <TextInput
            label="Column of steps"
            placeholder="step, global_step, …"
            description="Of a table whose column has another name"
            value={stepColumn}
            onChange={(event) => setStepColumn(event.currentTarget.value)}
          />
          <Button onClick={start} disabled={uploadId === null}>
            Import
          </Button>
        </Group>
      )}
      {taken.isReading && (
        <WorkProgress title="Reading the runs of the file" progress={taken.progress} onCancel={cancel} />
      )}
      <ProblemNote problem={taken.problem} />
      {taken.outcomes !== null && <Outcomes runs={taken.outcomes} onClose={onClose} />}
    </UploadPart>
  )
}

/** A log folder of the machine that Recheck runs on: thousands of event files need not travel. */
function FolderRuns({ onClose }: PartProps): JSX.Element {
  const [folder, setFolder] = useState('')
  const { begin, cancel, ...taken } = useRunImport()
  const start = (event: FormEvent): void => {
    event.preventDefault()
    if (folder.trim() !== '')
      begin((api, importId, signal) => api.request('run.importFolder', { importId, folder }, signal))
  }
  const dialog = usePathDialog({
    kind: 'folder',
    title: 'Choose a log folder',
    filters: [],
    startAt: folder,
    onPath: setFolder,
  })
  if (taken.outcomes !== null) return <Outcomes runs={taken.outcomes} onClose={onClose} />
  return (
    <Stack component="form" gap="sm" onSubmit={start}>
      <PathRow dialog={dialog}>
        <TextInput
          label="Log folder"
          description="On the machine that Recheck runs on; ~ is the home folder there. Each folder in it with event files is a run; what was imported before is not there twice."
          placeholder="~/runs"
          value={folder}
          onChange={(event) => setFolder(event.currentTarget.value)}
          disabled={taken.isReading}
          data-autofocus
        />
      </PathRow>
      {taken.isReading ? (
        <WorkProgress title="Reading the runs of the folder" progress={taken.progress} onCancel={cancel} />
      ) : (
        <Group justify="flex-end">
          <Button type="submit" disabled={folder.trim() === ''}>
            Import
          </Button>
        </Group>
      )}
      <ProblemNote problem={taken.problem} />
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
