import { Button, Text } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useRef, useState, type DragEvent, type JSX } from 'react'
import styles from './FileDrop.module.css'

export interface FileDropProps {
  /** `Choose a file…` */
  readonly label: string
  readonly hint: string
  /** Endings for the file picker. */
  readonly accept: string
  readonly onFile: (file: File) => void
}

/** A file by the system's picker, or dropped here. */
export function FileDrop({ label, hint, accept, onFile }: FileDropProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file !== undefined) onFile(file)
  }
  return (
    <div
      className={isOver ? `${styles.place} ${styles.over}` : styles.place}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? []
          event.currentTarget.value = '' // the same file may be chosen again
          if (file !== undefined) onFile(file)
        }}
      />
      <Button variant="default" leftSection={<IconUpload size={15} />} onClick={() => input.current?.click()}>
        {label}
      </Button>
      <Text fz={12} className="muted">
        {hint}
      </Text>
    </div>
  )
}
