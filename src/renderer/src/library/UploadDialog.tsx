import { Modal, Stack } from '@mantine/core'
import type { JSX, ReactNode } from 'react'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { WorkProgress } from '../widgets/WorkProgress.tsx'
import { FileDrop } from './FileDrop.tsx'
import type { Upload } from './useUpload.ts'

export interface UploadPartProps {
  /** What file is asked for. */
  readonly hint: string
  /** Endings for the file picker. */
  readonly accept: string
  readonly upload: Upload
  /** What to do with the file. */
  readonly children: ReactNode
}

export interface UploadDialogProps extends UploadPartProps {
  readonly title: string
  readonly size: 'lg' | 'xl'
  readonly onClose: () => void
}

/** A dialog around one file of this machine. */
export function UploadDialog({ title, size, onClose, ...part }: UploadDialogProps): JSX.Element {
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': 'Close' }}>
      <UploadPart {...part} />
    </Modal>
  )
}

/** A file of this machine on its way to the owner: chosen or dropped, with progress and what went wrong. */
export function UploadPart({ hint, accept, upload, children }: UploadPartProps): JSX.Element {
  return (
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
  )
}
