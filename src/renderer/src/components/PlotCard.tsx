import { ActionIcon, Modal, Title, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArrowsMaximize } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { PlotOption } from '../../../shared/plots/plotOption.ts'
import { Chart } from '../charts/Chart.tsx'
import type { XRange } from '../state/plotLines.ts'
import { ExportMenu, type Exports } from './ExportMenu.tsx'

export interface PlotCardProps {
  readonly title: string
  readonly note: string
  readonly option: PlotOption
  /** Said in place of the chart; null = there is something to draw. */
  readonly emptyText: string | null
  readonly footText: string
  /** Charts of one group share their cursor; null for one with an x of its own. */
  readonly group: string | null
  readonly exports: Exports
  readonly onRange: (range: XRange | null) => void
}

export function PlotCard(props: PlotCardProps): JSX.Element {
  const [opened, fullScreen] = useDisclosure(false)
  return (
    <section className="panel plot-card" aria-label={props.title}>
      <div className="plot-head">
        <div style={{ flex: 1, minWidth: 0 }}>
          <Title order={2} fz={14} lh={1.3}>
            {props.title}
          </Title>
          <div className="plot-note" title={props.note}>
            {props.note}
          </div>
        </div>
        <ExportMenu label={`Export ${props.title}`} exports={props.exports} />
        <Tooltip label="Full screen">
          <ActionIcon aria-label={`${props.title} in full screen`} onClick={fullScreen.open}>
            <IconArrowsMaximize size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      <PlotBody {...props} />
      <div className="plot-foot tabular">{props.footText}</div>
      <Modal
        opened={opened}
        onClose={fullScreen.close}
        fullScreen
        title={`${props.title} – ${props.note}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <div style={{ height: 'calc(100dvh - 110px)' }}>
          <PlotBody {...props} group={null} />
        </div>
        <div className="plot-foot tabular">{props.footText}</div>
      </Modal>
    </section>
  )
}

function PlotBody({ title, option, emptyText, group, onRange }: PlotCardProps): JSX.Element {
  if (emptyText !== null) {
    return (
      <div className="plot-body">
        <div className="plot-empty">{emptyText}</div>
      </div>
    )
  }
  return (
    <div className="plot-body plot-card-tall">
      <Chart
        option={option}
        label={title}
        {...(group === null ? {} : { group })}
        onSelectRange={onRange}
        onResetRange={() => onRange(null)}
      />
    </div>
  )
}
