import type { JSX } from 'react'
import type { PlanLine } from './plan.ts'

/** What the run will take, one line each: how much, and how that is counted. */
export function PlanTable({ lines }: { readonly lines: readonly PlanLine[] }): JSX.Element {
  return (
    <table className="plan-table" aria-label="What it takes">
      <tbody>
        {lines.map(({ what, amount, how }) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>
              <strong className="tabular">{amount}</strong> <span className="muted">{how}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
