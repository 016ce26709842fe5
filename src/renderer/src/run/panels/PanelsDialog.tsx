import { ActionIcon, Button, Group, Modal, MultiSelect, Select, Stack, Text } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react'
import { useState, type JSX } from 'react'
import { findMetric } from '../../../../shared/metrics/metrics.ts'
import type { Run } from '../../../../shared/runs/records.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import type { NamedPlot } from '../../plots/morePlots.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { mostMetrics, moved, ownPlot, panelsText, type Panel } from './panels.ts'
import styles from './PanelsDialog.module.css'

export interface PanelsDialogProps {
  readonly run: Run
  readonly panels: readonly Panel[]
  /** Every plot that has a name. */
  readonly named: readonly NamedPlot[]
  /** Whether other runs are shown with these panels as well. */
  readonly isKept: boolean
  readonly onShow: (panels: readonly Panel[]) => void
  readonly onKeep: () => void
  readonly onUsual: () => void
  readonly onClose: () => void
}

/** Which plots are shown, in which order, and plots of any stored metric. Everything is done at once. */
export function PanelsDialog(props: PanelsDialogProps): JSX.Element {
  const { panels, onShow, onKeep, onUsual, isKept, onClose } = props
  return (
    <Modal opened onClose={onClose} title="Panels" size="lg" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        <PanelList {...props} />
        <NamedChoice {...props} onAdd={(panel) => onShow([...panels, panel])} />
        <OwnPanel {...props} onAdd={(panel) => onShow([...panels, panel])} />
        <Text fz={12} className="muted">
          The address has these panels: a link to this page shows the same.
        </Text>
        <Group gap="xs" justify="flex-end">
          <Button variant="default" onClick={onUsual}>
            Usual panels
          </Button>
          <Button variant="default" disabled={isKept} onClick={onKeep}>
            {isKept ? 'Kept for every run' : 'Keep for every run'}
          </Button>
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function PanelList({ panels, named, onShow }: PanelsDialogProps): JSX.Element {
  return (
    <ol className={styles.list} aria-label="Panels that are shown">
      {panels.map((panel, index) => {
        const title = titleOf(panel, named)
        return (
          <li key={panelsText([panel])} className={styles.row}>
            <span className={styles.title} title={title}>
              {title}
            </span>
            <ActionIcon
              aria-label={`${title}: earlier`}
              disabled={index === 0}
              onClick={() => onShow(moved(panels, index, -1))}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              aria-label={`${title}: later`}
              disabled={index === panels.length - 1}
              onClick={() => onShow(moved(panels, index, 1))}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
            <ActionIcon
              aria-label={`${title}: take away`}
              disabled={panels.length === 1}
              onClick={() => onShow(panels.filter((_, place) => place !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          </li>
        )
      })}
    </ol>
  )
}

function titleOf(panel: Panel, named: readonly NamedPlot[]): string {
  if (panel.kind === 'own') return ownPlot(panel.metrics).shape.title
  return named.find(({ id }) => id === panel.id)?.shape.title ?? `${panel.id} (not of this run)`
}

interface AddProps extends PanelsDialogProps {
  readonly onAdd: (panel: Panel) => void
}

function NamedChoice({ panels, named, onAdd }: AddProps): JSX.Element {
  const shown = new Set(panels.map((panel) => (panel.kind === 'named' ? panel.id : '')))
  const left = named.filter(({ id }) => !shown.has(id))
  return (
    <Select
      label="Add a plot"
      placeholder={left.length === 0 ? 'all are shown' : 'choose'}
      disabled={left.length === 0}
      searchable
      data={left.map(({ id, shape }) => ({ value: id, label: shape.title }))}
      value={null}
      onChange={(id) => {
        if (id !== null) onAdd({ kind: 'named', id })
      }}
    />
  )
}

function OwnPanel({ run, panels, onAdd }: AddProps): JSX.Element {
  const { data: names, error } = useRouteQuery('metrics.names', { runId: run.runId })
  const [metrics, setMetrics] = useState<string[]>([])
  const panel: Panel = { kind: 'own', metrics }
  const isThere = panels.some((each) => panelsText([each]) === panelsText([panel]))
  const add = (): void => {
    onAdd(panel)
    setMetrics([])
  }
  return (
    <>
      <ProblemNote problem={error} />
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <MultiSelect
          className={styles.metrics}
          label="Plot any metrics of this run together"
          placeholder={names?.length === 0 ? 'none stored yet' : 'name or label'}
          searchable
          maxValues={mostMetrics}
          limit={100}
          data={(names ?? []).map((name) => ({ value: name, label: metricLabel(name) }))}
          value={metrics}
          onChange={setMetrics}
        />
        <Button variant="default" disabled={metrics.length === 0 || isThere} onClick={add}>
          {isThere ? 'Shown' : 'Add'}
        </Button>
      </Group>
    </>
  )
}

function metricLabel(name: string): string {
  const label = findMetric(name)?.label
  return label === undefined ? name : `${label} (${name})`
}
