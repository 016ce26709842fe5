import type { Problem } from '../../core/data/problem.ts'
import { canonicalJson } from '../../shared/text/canonicalJson.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { loadRunProblems } from './problems.ts'

/**
 * Which training problems a source gives depends on the sizes of the held-out splits as well: see
 * `SplitSelection`.
 */
const sizesOf = ({ data }: RunConfig) => [data.validation, data.test]

/**
 * Held-out problems taken from the training files are others where other sizes are asked for, and a run may
 * have been trained on some of them. Arithmetic problems have their split by nature.
 *
 * @param chosen  problems that a policy is to be evaluated on, from `evaluated`
 * @param trained config of the run that the policy comes from; paths start in the working folder
 * @throws RecheckError `data.trained-on` with the sizes that hold
 */
export async function requireHeldOut(
  chosen: readonly Problem[],
  { trained, evaluated }: { readonly trained: RunConfig; readonly evaluated: RunConfig },
  workingFolder: string,
): Promise<void> {
  const isSameSource = canonicalJson(trained.data.source) === canonicalJson(evaluated.data.source)
  const hasSameSizes = canonicalJson(sizesOf(trained)) === canonicalJson(sizesOf(evaluated))
  if (trained.data.source === 'arithmetic' || !isSameSource || hasSameSizes) return
  const { splits } = await loadRunProblems(trained, workingFolder)
  const seen = new Set(splits.train.map(({ canonical }) => canonical))
  const count = chosen.filter(({ canonical }) => seen.has(canonical)).length
  if (count === 0) return
  throw new RecheckError(
    'data.trained-on',
    `${count} of the ${chosen.length} problems to evaluate on are among those that the run was trained on. ` +
      `With its own sizes none is: data.validation=${trained.data.validation}, data.test=${trained.data.test}.`,
    { count },
  )
}
