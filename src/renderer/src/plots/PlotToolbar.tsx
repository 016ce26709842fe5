import { ActionIcon, Button, Group, Select, Slider, Switch, Text, Tooltip } from '@mantine/core'
import { IconZoomIn, IconZoomOut } from '@tabler/icons-react'
import type { JSX, ReactNode } from 'react'
import { axisLabels } from '../../../shared/plots/plotData.ts'
import type { MetricAxis } from '../../../shared/routes/metrics.ts'
import type { PlotSettings } from './plotSettings.ts'

export interface PlotToolbarProps {
  readonly settings: PlotSettings
  readonly onSettings: (settings: PlotSettings) => void
  readonly isZoomed: boolean
  readonly onZoom: (factor: number) => void
  readonly onReset: () => void
  readonly children?: ReactNode
  readonly isSideBySide?: boolean
}

const axes = Object.entries(axisLabels).map(([value, label]) => ({ value, label }))

export function PlotToolbar(props: PlotToolbarProps): JSX.Element {
  const { settings, onSettings, children, isSideBySide, ...zoom } = props
  return (
    <Group gap="sm" align="center" role="toolbar" aria-label="Plots">
      <Group gap={6} wrap="nowrap">
        <Text fz={12}>x</Text>
        <Select
          aria-label="x axis"
          data={axes}
          value={settings.axis}
          allowDeselect={false}
          w={200}
          onChange={(axis) => onSettings({ ...settings, axis: (axis ?? 'step') as MetricAxis })}
        />
      </Group>
      <Group gap={8} wrap="nowrap">
        <Text fz={12}>Smoothing</Text>
        <Slider
          thumbLabel="Smoothing"
          w={90}
          size="sm"
          min={0}
          max={0.99}
          step={0.01}
          label={(value) => (value === 0 ? 'off' : value.toFixed(2))}
          value={settings.smoothing}
          onChange={(smoothing) => onSettings({ ...settings, smoothing })}
        />
      </Group>
      <LogSwitches settings={settings} onSettings={onSettings} />
      <Tooltip label="Plots of shares: 0 to 1 in all of them, or only as far as what is drawn reaches">
        <Switch
          label="Shares 0–1"
          checked={settings.shares === 'whole'}
          onChange={(event) =>
            onSettings({ ...settings, shares: event.currentTarget.checked ? 'whole' : 'fitted' })
          }
        />
      </Tooltip>
      {isSideBySide === true && (
        <Tooltip label="One y range for all runs, or each its own">
          <Switch
            label="Same y"
            checked={settings.sameY}
            onChange={(event) => onSettings({ ...settings, sameY: event.currentTarget.checked })}
          />
        </Tooltip>
      )}
      <ZoomButtons {...zoom} />
      {children}
    </Group>
  )
}

function LogSwitches({
  settings,
  onSettings,
}: Pick<PlotToolbarProps, 'settings' | 'onSettings'>): JSX.Element {
  return (
    <>
      <Tooltip label="A logarithmic y axis where all values are positive; a plot that stays linear says so">
        <Switch
          label="Log y"
          checked={settings.logScale}
          onChange={(event) => onSettings({ ...settings, logScale: event.currentTarget.checked })}
        />
      </Tooltip>
      <Tooltip label="A logarithmic x axis; the first step, which is 0, has no place on it">
        <Switch
          label="Log x"
          checked={settings.logX}
          onChange={(event) => onSettings({ ...settings, logX: event.currentTarget.checked })}
        />
      </Tooltip>
    </>
  )
}

function ZoomButtons({
  isZoomed,
  onZoom,
  onReset,
}: Pick<PlotToolbarProps, 'isZoomed' | 'onZoom' | 'onReset'>): JSX.Element {
  return (
    <Group gap={4} wrap="nowrap">
      <Tooltip label="Zoom in (+), or drag across a plot">
        <ActionIcon aria-label="Zoom in" onClick={() => onZoom(0.5)}>
          <IconZoomIn size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Zoom out (−)">
        <ActionIcon aria-label="Zoom out" disabled={!isZoomed} onClick={() => onZoom(2)}>
          <IconZoomOut size={17} />
        </ActionIcon>
      </Tooltip>
      <Button variant="default" disabled={!isZoomed} onClick={onReset} title="Double click a plot, or 0">
        Whole run
      </Button>
    </Group>
  )
}
