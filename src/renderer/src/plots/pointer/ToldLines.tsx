import { useLayoutEffect, useRef, type JSX } from 'react'
import { formatCount, formatNumber } from '../../../../shared/text/format.ts'
import { shortened } from '../../../../shared/plots/textFit.ts'
import type { LinePattern } from '../../../../shared/plots/linePattern.ts'
import type { Overlay } from './useTold.ts'
import styles from './ToldLines.module.css'

/** Of a name, px at the usual size. */
const nameWidth = 240
/** Between the pointer and what is told, px. */
const gap = 14
/** Between what is told and the chart's lower end, px. */
const margin = 4

const dashes: Readonly<Record<LinePattern, readonly number[]>> = {
  solid: [],
  dashed: [4, 2],
  dotted: [1, 1],
}

/** How far the plotted area is from the chart's ends, px. */
export interface GridEnds {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

export interface ToldLinesProps {
  readonly overlay: Overlay
  readonly grid: GridEnds
}

/** Over a chart: where the pointer is, the line that it is on, and the values of those nearest to it. */
export function ToldLines({ overlay, grid }: ToldLinesProps): JSX.Element {
  const { told, path } = overlay
  const { pointed } = told
  return (
    <div className={styles.overlay} aria-hidden>
      {pointed !== null && (
        <svg className={styles.lifted} style={grid}>
          <path
            d={path}
            transform={`translate(${-grid.left},${-grid.top})`}
            stroke={pointed.colour}
            strokeWidth={2 * pointed.width}
            strokeDasharray={dashes[pointed.pattern].map((part) => part * pointed.width).join(' ')}
          />
        </svg>
      )}
      <div
        className={styles.place}
        style={{ top: grid.top, bottom: grid.bottom, transform: `translateX(${told.pixelX}px)` }}
      />
      <Values {...overlay} />
    </div>
  )
}

function Values({ told, place }: Overlay): JSX.Element {
  const box = useRef<HTMLDivElement>(null)
  // beside the pointer, and within the chart
  useLayoutEffect(() => {
    const own = box.current
    const around = own?.parentElement
    if (own === null || around === null || around === undefined) return
    const [width, height] = [own.offsetWidth, own.offsetHeight]
    const after = place.x + gap
    const isAfter = after + width <= around.clientWidth || place.x < around.clientWidth / 2
    const left = Math.min(isAfter ? after : place.x - gap - width, around.clientWidth - width)
    const top = Math.min(place.y + gap, around.clientHeight - height - margin)
    own.style.transform = `translate(${Math.max(0, left)}px, ${Math.max(0, top)}px)`
  })
  return (
    <div ref={box} className={`${styles.values} tabular`}>
      {formatNumber(told.x)}
      {told.lines.map(({ line, y, x }) => (
        <div key={line.label} className={styles.row}>
          <span
            className={styles.swatch}
            style={{ borderTopColor: line.colour, borderTopStyle: line.pattern }}
          />
          <span className={line === told.pointed ? styles.pointed : ''}>
            {shortened(line.label, nameWidth, 12)}
          </span>
          <span className={styles.value}>{formatNumber(y)}</span>
          {x !== null && <span className="muted">at {formatNumber(x)}</span>}
        </div>
      ))}
      {told.more > 0 && <div className="muted">and {formatCount(told.more)} more</div>}
    </div>
  )
}
