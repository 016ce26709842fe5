import { Text } from '@mantine/core'
import type { JSX } from 'react'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import { Term } from '../widgets/Term.tsx'
import { chanceText, meanText } from './sweepWords.ts'

/** The best point by validation, with its test score: the only look at the test split. */
export function BestPoint({ sweep }: { readonly sweep: SweepView }): JSX.Element | null {
  const [best] = sweep.points
  const { bestTest } = sweep
  if (best === undefined || best.validation === null) return null
  return (
    <section className="panel side-panel" aria-label="Best by validation">
      <Text>
        Best by validation: <strong>{best.label}</strong>
      </Text>
      <Text fz={12} className="muted">
        {bestTest === null ? (
          'It has no test score.'
        ) : (
          <Term meaning="Acc@final of this point alone, mean over its seeds with Student’s t 95 % interval. Points are chosen by the validation split; the test split is looked at once, so that this score is not chosen for being high">
            Test Acc@final {meanText(bestTest)},{' '}
            {bestTest.count === 1 ? 'one seed' : `${bestTest.count} seeds`}
          </Term>
        )}
        {' · '}
        {best.chanceOfBest === null ? (
          'one seed a point does not say how sure it is to be the best'
        ) : (
          <Term meaning="Bootstrap: the seeds of every point are drawn again with replacement, 10,000 times; this is the share of draws in which its mean is the highest">
            the best in {chanceText(best.chanceOfBest)} of bootstrap draws of the seeds
          </Term>
        )}
      </Text>
    </section>
  )
}
