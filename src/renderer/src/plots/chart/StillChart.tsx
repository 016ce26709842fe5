import './echartsParts.ts'
import { init } from 'echarts/core'
import { useEffect, useRef, type JSX } from 'react'
import type { PlotOption } from '../../../../shared/plots/plotOption.ts'
import styles from './StillChart.module.css'

export interface StillChartProps {
  readonly option: PlotOption
  readonly label: string
}

/** A chart without an x of its own (parallel coordinates): it follows its box and its option. */
export function StillChart({ option, label }: StillChartProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (box.current === null) return undefined
    const chart = init(box.current, null, { renderer: 'canvas' })
    chart.setOption(option)
    const observer = new ResizeObserver(() => chart.resize())
    observer.observe(box.current)
    return () => {
      observer.disconnect()
      chart.dispose()
    }
  }, [option])
  return <div ref={box} className={styles.chart} role="img" aria-label={label} />
}
