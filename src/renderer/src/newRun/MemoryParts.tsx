import { Alert, Switch, Text } from '@mantine/core'
import type { JSX } from 'react'
import { formatBytes } from '../../../shared/text/format.ts'
import {
  fitsMemory,
  memoryAdvice,
  memoryLine,
  momentWords,
  type MemoryPlan,
} from '../../../shared/memoryPlan.ts'

export interface MemoryPartsProps {
  /** Null before the machine has answered. */
  readonly plan: MemoryPlan | null
  /** Starts though the plan says that it does not fit. */
  readonly isForced: boolean
  readonly onForce: (isForced: boolean) => void
}

/** What takes memory, part by part, and what would take less; in plain sight where the run does not fit. */
export function MemoryParts({ plan, isForced, onForce }: MemoryPartsProps): JSX.Element | null {
  if (plan === null) return null
  const fits = fitsMemory(plan)
  return (
    <>
      {!fits && (
        <Alert color="red" p="xs" role="alert" title="It does not fit">
          <Text fz={12} mb={6}>
            The run needs {memoryLine(plan)}.
          </Text>
          <Switch
            size="xs"
            label="Start it all the same"
            checked={isForced}
            onChange={(event) => onForce(event.currentTarget.checked)}
          />
        </Alert>
      )}
      <details open={!fits}>
        <summary className="muted">What takes memory</summary>
        <MemoryTable plan={plan} />
        {memoryAdvice(plan).map((line) => (
          <Text key={line} fz={12} className="muted">
            {line}
          </Text>
        ))}
      </details>
    </>
  )
}

function MemoryTable({ plan: { items, device } }: { readonly plan: MemoryPlan }): JSX.Element {
  return (
    <table className="plan-table" aria-label="What takes memory">
      <thead>
        <tr>
          <th scope="col">Part</th>
          <th scope="col">Memory</th>
          {device !== null && <th scope="col">Card</th>}
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ what, during, hostBytes, deviceBytes }) => (
          <tr key={`${what} ${during}`}>
            <td>{what}</td>
            <td className="tabular">{cell(hostBytes)}</td>
            {device !== null && <td className="tabular">{cell(deviceBytes)}</td>}
            <td className="muted">{momentWords[during]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function cell(bytes: number): string {
  return bytes === 0 ? '' : formatBytes(bytes)
}
