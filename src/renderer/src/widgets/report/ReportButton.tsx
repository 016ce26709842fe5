import { Button, Menu, Modal } from '@mantine/core'
import { IconFileText } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { ReportFormat, ReportSubject } from '../../../../shared/routes/reports.ts'
import { useOffer } from '../pageActions.ts'
import { ProblemNote } from '../ProblemNote.tsx'
import { WorkProgress } from '../WorkProgress.tsx'
import { useReport } from './useReport.ts'

export interface ReportButtonProps {
  readonly subject: ReportSubject
  /** What it is on, for the dialog: `the run demo`. */
  readonly what: string
}

const formats: readonly {
  readonly format: ReportFormat
  readonly label: string
  readonly command: string
}[] = [
  {
    format: 'html',
    label: 'HTML, one page with plots that needs nothing else',
    command: 'Write a report (HTML)',
  },
  { format: 'markdown', label: 'Markdown, without plots', command: 'Write a report (Markdown)' },
]

/** Saves a report as a file, as `recheck report` writes it; the command palette offers it, too. */
export function ReportButton({ subject, what }: ReportButtonProps): JSX.Element {
  const report = useReport()
  useOffer(
    formats.map(({ format, command }) => ({
      id: `report-${format}`,
      label: command,
      run: () => report.write(subject, format),
    })),
  )
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" leftSection={<IconFileText size={15} />}>
            Report
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {formats.map(({ format, label }) => (
            <Menu.Item key={format} onClick={() => report.write(subject, format)}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {(report.isWriting || report.problem !== null) && (
        <Modal
          opened
          onClose={() => {
            report.cancel()
            report.clear()
          }}
          title={`Report on ${what}`}
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          {report.isWriting && (
            <WorkProgress title="Writing the report" progress={report.progress} onCancel={report.cancel} />
          )}
          <ProblemNote problem={report.problem} />
        </Modal>
      )}
    </>
  )
}
