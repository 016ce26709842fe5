import { ActionIcon, Menu } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useState, type JSX } from 'react'
import { formatCount } from '../../../../shared/text/format.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'

export interface Exports {
  readonly png: (pixelRatio: number) => Promise<void>
  readonly svg: () => Promise<void>
  readonly csv: () => Promise<void>
  /** What the plot shows is no metric of the run: the table is its own. */
  readonly hasOwnCsv: boolean
}

const pixelRatios = [1, 2, 3, 4] as const

/** PNG at four sizes, SVG, and every point as CSV. */
export function ExportMenu({
  label,
  exports,
}: {
  readonly label: string
  readonly exports: Exports
}): JSX.Element {
  const [problem, setProblem] = useState<unknown>(null)
  const run = (job: () => Promise<void>): void => {
    setProblem(null)
    job().catch(setProblem)
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label={label} title={label}>
          <IconDownload size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {pixelRatios.map((ratio) => (
          <Menu.Item key={ratio} onClick={() => run(() => exports.png(ratio))}>
            PNG {ratio}× ({formatCount(1200 * ratio)} × {formatCount(800 * ratio)} px a plot)
          </Menu.Item>
        ))}
        <Menu.Item onClick={() => run(exports.svg)}>SVG</Menu.Item>
        <Menu.Item onClick={() => run(exports.csv)}>
          CSV{exports.hasOwnCsv ? '' : ', every point of every metric'}
        </Menu.Item>
      </Menu.Dropdown>
      <ProblemNote problem={problem} />
    </Menu>
  )
}
