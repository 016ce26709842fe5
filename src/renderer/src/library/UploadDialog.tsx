import { Modal, Stack } from '@mantine/core'
import type { JSX, ReactNode } from 'react'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { WorkProgress } from '../widgets/WorkProgress.tsx'
import { FileDrop } from './FileDrop.tsx'
import type { Upload } from './useUpload.ts'

export interface UploadDialogProps {
  readonly title: string
  readonly size: 'lg' | 'xl'
  /** What file is asked for. */
  readonly hint: string
  /** Endings for the file picker. */
  readonly accept: string
  readonly upload: Upload
  readonly onClose: () => void
  /** What to do with the file. */
  readonly children: ReactNode
}

/** A file of this machine on its way to the owner: chosen or dropped, with progress and what went wrong. */
export function UploadDialog(props: UploadDialogProps): JSX.Element {
  const { title, size, hint, accept, upload, onClose, children } = props
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        <FileDrop
          label={upload.file === null ? 'Choose a file…' : 'Choose another file…'}
          hint={hint}
          accept={accept}
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
        {children}
      </Stack>
    </Modal>
  )
}
