import { Button } from '@mantine/core'
import { IconFileImport } from '@tabler/icons-react'
import { useState, type JSX } from 'react'
import { ImportRuns } from './ImportRuns.tsx'

/** Opens the dialog that takes in runs of another tool. */
export function ImportButton(): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFileImport size={15} />}
        title="Runs of TensorBoard, W&B, trackio or a table, read-only"
        onClick={() => setOpen(true)}
      >
        Import…
      </Button>
      {isOpen && <ImportRuns onClose={() => setOpen(false)} />}
    </>
  )
}
