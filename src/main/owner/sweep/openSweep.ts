import { forkRandom } from '../../../core/random.ts'
import type { SweepSpec } from '../../../shared/sweep/sweepSpec.ts'
import { sweepOf, type Sweep } from '../../../shared/sweep/sweepTrials.ts'

/** The sweep of a spec, its random points drawn from the spec's own seed. @throws RecheckError, see `sweepOf` */
export function openSweep(spec: SweepSpec): Sweep {
  return sweepOf(spec, (seed) => {
    const random = forkRandom(seed, 'sweep')
    return () => random.next()
  })
}
