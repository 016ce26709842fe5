import type { OwnerHandlers } from '../../shared/routes/contract.ts'
import { parseSweep } from '../../shared/sweep/sweepSpec.ts'
import { formNames, placeOf } from '../owner/engines/placeOf.ts'
import type { Owner } from '../owner/owner.ts'
import { openSweep } from '../owner/sweep/openSweep.ts'
import type { Sweeps } from '../owner/sweep/sweeps.ts'
import { listedSweeps } from '../tools/sweeps/listedSweeps.ts'
import { sweepCurves } from '../tools/sweeps/sweepCurves.ts'
import { rankedLabels, sweepMaterial, sweepView } from '../tools/sweeps/sweepView.ts'

export type SweepRoute =
  | 'sweep.list'
  | 'sweep.get'
  | 'sweep.curves'
  | 'sweep.check'
  | 'sweep.start'
  | 'sweep.stop'
  | 'sweep.resume'
  | 'sweep.extend'

export interface SweepHandlersSetup {
  readonly owner: Owner
  readonly sweeps: Sweeps
}

/** Sweeps: tables of trials, each an ordinary run. */
export function sweepHandlers({ owner, sweeps }: SweepHandlersSetup): Pick<OwnerHandlers, SweepRoute> {
  const { db } = owner
  const material = (name: string) => sweepMaterial(db, name, sweeps.find(name))
  return {
    'sweep.list': async () => listedSweeps(db, (name) => sweeps.stateOf(name)),
    'sweep.get': async ({ name }) => sweepView(db, material(name), sweeps.stateOf(name)),
    'sweep.curves': async ({ name, ...wanted }) => {
      const found = material(name)
      return sweepCurves(db, found, rankedLabels(db, found), wanted)
    },
    'sweep.check': async ({ spec }) => {
      const { points, trials, spec: read } = openSweep(parseSweep(spec, 'the sweep'))
      const labels = points.map(({ label }) => label)
      return { name: read.name, points: labels, seeds: read.seeds.length, trials: trials.length }
    },
    'sweep.start': async ({ spec, place: asked, ...planned }) => {
      const read = parseSweep(spec, 'the sweep')
      const place = asked === null ? null : placeOf(asked, formNames)
      // before anything is kept: whoever has just named a place hears at once that it is not there
      if (place !== null) await owner.engines.check(place)
      sweeps.start({ ...planned, place, spec: read })
      return { name: read.name }
    },
    'sweep.stop': async ({ name, when }) => {
      sweeps.stop(name, when)
      return null
    },
    'sweep.resume': async ({ name, retryFailed }) => {
      sweeps.resume(name, retryFailed)
      return null
    },
    'sweep.extend': async ({ name, ...extension }) => {
      sweeps.extend(name, extension)
      return null
    },
  }
}
