import { Progress, Table, Title } from '@mantine/core'
import type { JSX } from 'react'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import { Term } from '../widgets/Term.tsx'
import { chanceText } from './sweepWords.ts'

const meaning =
  'η² (eta squared): of the validation metric’s sum of squares over all finished trials, the share that lies between the means of the field’s values. Each field is taken alone, so shares of fields that were varied together may add up to more or less than 100 %; few trials make it too large'

/** Which of the varied fields matter. */
export function SweepImportance({ sweep }: { readonly sweep: SweepView }): JSX.Element | null {
  const { importance } = sweep
  if (importance.length === 0) return null
  return (
    <section className="panel side-panel" aria-label="Importance">
      <Title order={2} fz={14} mb={6}>
        <Term meaning={meaning}>Share of the variance that a field explains alone (η²)</Term>
      </Title>
      <Table className="tabular" aria-label="Importance of fields">
        <Table.Tbody>
          {importance.map(({ path, share }) => (
            <Table.Tr key={path}>
              <Table.Td className="mono" w={260}>
                {path}
              </Table.Td>
              <Table.Td w={64}>{chanceText(share)}</Table.Td>
              <Table.Td>
                <Progress value={100 * share} aria-label={`η² of ${path}`} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
