import { Button, Group, List, Text, TextInput } from '@mantine/core'
import { useState, type JSX } from 'react'
import { importText, type ImportOutcome } from '../../../shared/runs/importedRun.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import { targetAddress } from '../data/routeTarget.ts'
import { UploadDialog } from '../library/UploadDialog.tsx'
import { useUpload } from '../library/useUpload.ts'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

/** A file of this machine that another tool has logged, as runs that are only read. */
export function ImportRuns({ onClose }: { readonly onClose: () => void }): JSX.Element {
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
    <UploadDialog
      title="Import runs of another tool"
      size="lg"
      hint="One file: an event file of TensorBoard, a history or a panel of W&B (CSV, JSON), a project of trackio (.db, .parquet), or a table with a column of steps. Folders of TensorBoard: recheck import-runs FOLDER."
      accept=""
      upload={upload}
      onClose={onClose}
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
    </UploadDialog>
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
