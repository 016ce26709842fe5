import { ActionIcon, Modal, Title, Tooltip } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconArrowsMaximize, IconInfoCircle } from '@tabler/icons-react'
import { useState, type JSX } from 'react'
import type { Listeners } from '../../../shared/listeners.ts'
import type { PlotLine } from '../../../shared/plots/plotData.ts'
import type { PlotOption } from '../../../shared/plots/plotOption.ts'
import { shortened } from '../../../shared/plots/textFit.ts'
import { Chart } from './chart/Chart.tsx'
import type { CursorMove } from './pointer/linkedCursor.ts'
import type { XRange } from './plotLines.ts'
import { ExportMenu, type Exports } from './export/ExportMenu.tsx'
import styles from './PlotCard.module.css'

export interface PlotCardProps {
  readonly title: string
  readonly note: string
  /** What each line means, one sentence a line. */
  readonly meanings: readonly string[]
  readonly option: PlotOption
  /** Said in place of the chart; null = there is something to draw. */
  readonly emptyText: string | null
  readonly footText: string
  /** Charts of one group share their cursor; null for one with an x of its own. */
  readonly group: string | null
  /** Shared by charts that are too full for tooltips in all of them. */
  readonly cursor?: Listeners<CursorMove>
  readonly exports: Exports
  readonly onRange: (range: XRange | null) => void
  readonly lines: readonly PlotLine[]
  /** Said of the line under the pointer, by its label. */
  readonly lineTexts?: ReadonlyMap<string, string>
  readonly onHidden?: (labels: ReadonlySet<string>) => void
}

/**
 * About three lines of a narrow card: side by side, a title is the name of a run, which may have two hundred
 * letters.
 */
const titleWidth = 600

export function PlotCard(props: PlotCardProps): JSX.Element {
  const [opened, fullScreen] = useDisclosure(false)
  return (
    <section className={`panel ${styles.card}`} aria-label={props.title}>
      <div className={styles.head}>
        <div className={styles.words}>
          <Title order={2} fz={14} lh={1.3} title={props.title}>
            {shortened(props.title, titleWidth, 14)}
          </Title>
          <div className={styles.note}>{props.note}</div>
        </div>
        <About {...props} />
        <ExportMenu label={`Export ${props.title}`} exports={props.exports} />
        <Tooltip label="Full screen">
          <ActionIcon aria-label={`${props.title} in full screen`} onClick={fullScreen.open}>
            <IconArrowsMaximize size={16} />
          </ActionIcon>
        </Tooltip>
      </div>
      <PlotBody {...props} />
      <Modal
        opened={opened}
        onClose={fullScreen.close}
        fullScreen
        title={`${props.title} – ${props.note}`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <div className={styles.full}>
          <PlotBody {...props} group={null} />
        </div>
      </Modal>
    </section>
  )
}

/** The whole note and what every line means; under the pointer and, for the keyboard, with the focus. */
function About({ title, note, meanings }: PlotCardProps): JSX.Element {
  const text = [note, ...meanings].join('\n')
  return (
    <Tooltip label={<span className={styles.lines}>{text}</span>}>
      <ActionIcon aria-label={`What ${title} shows`} aria-description={text}>
        <IconInfoCircle size={16} />
      </ActionIcon>
    </Tooltip>
  )
}

function PlotBody(props: PlotCardProps): JSX.Element {
  const { title, option, emptyText, group, cursor, onRange, lines, lineTexts, onHidden } = props
  const [pointed, setPointed] = useState<string | null>(null)
  if (emptyText !== null) {
    return (
      <div className={styles.body}>
        <div className={styles.empty}>{emptyText}</div>
      </div>
    )
  }
  const said = pointed === null ? undefined : lineTexts?.get(pointed)
  return (
    <>
      <div className={`${styles.body} ${styles.tall}`}>
        <Chart
          option={option}
          label={title}
          {...(group === null ? {} : cursor === undefined ? { group } : { cursor })}
          {...(lineTexts === undefined ? {} : { pointed: { lines, onPoint: setPointed } })}
          {...(onHidden === undefined ? {} : { onHidden })}
          onSelectRange={onRange}
          onResetRange={() => onRange(null)}
        />
      </div>
      <div className={`${styles.foot} tabular`}>
        {props.footText}
        {said !== undefined && <div className={styles.lineText}>{said}</div>}
      </div>
    </>
  )
}
