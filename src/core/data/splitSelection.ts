import { RecheckError } from '../../shared/errors/recheckError.ts'
import { quoted } from '../../shared/text/shortened.ts'
import type { ProblemSplits } from './arithmetic.ts'
import { textHash } from './canonicalQuestion.ts'
import type { Problem } from './problem.ts'
import { SmallestKeys } from './smallestKeys.ts'

/**
 * Characters of all problems that are kept at a time. A row may have 8 million, and a small packed file many
 * rows.
 */
const largestText = 256 * 2 ** 20

export type Split = 'train' | 'validation' | 'test'

/** A training split of 0 problems is left empty; so is a held-out one. */
export interface SplitSizes {
  readonly train: number
  readonly validation: number
  readonly test: number
}

/**
 * Chooses the problems of three splits from a stream, in memory that grows with what is asked for and not
 * with the stream. Splits that have files of their own are sampled from them; the others come from the
 * training files: the held-out problems are the same for every seed, the seed chooses the training problems
 * among the rest.
 */
export class SplitSelection {
  readonly #sizes: SplitSizes
  readonly #seed: number
  /** Splits with files of their own. */
  readonly #own: ReadonlySet<Split>
  readonly #chosen: Readonly<Record<Split, SmallestKeys<Problem>>>
  /** Held-out problems taken from the training files. */
  readonly #carved: SmallestKeys<Problem>
  readonly #offered: Record<Split, number> = { train: 0, validation: 0, test: 0 }

  constructor(sizes: SplitSizes, seed: number, ownSplits: readonly Split[]) {
    this.#sizes = sizes
    this.#seed = seed
    this.#own = new Set(ownSplits)
    const carved = this.#carvedSize()
    this.#carved = new SmallestKeys(carved, textLength)
    this.#chosen = {
      // as many more as the held-out problems may take away again
      train: new SmallestKeys(sizes.train + carved, textLength),
      validation: new SmallestKeys(this.#own.has('validation') ? sizes.validation : 0, textLength),
      test: new SmallestKeys(this.#own.has('test') ? sizes.test : 0, textLength),
    }
  }

  /**
   * @param split  of the file that the problem stands in
   * @throws RecheckError `data.too-large` where the problems that are kept have more text than any training
   *   can use
   */
  offer(problem: Problem, split: Split): void {
    this.#offered[split]++
    if (split === 'train') {
      this.#carved.offer(textHash(problem.canonical), problem)
      this.#chosen.train.offer(textHash(problem.canonical, this.#seed + 1), problem)
    } else this.#chosen[split].offer(textHash(problem.canonical), problem)
    const { train, validation, test } = this.#chosen
    const length = train.weight + validation.weight + test.weight + this.#carved.weight
    if (length <= largestText) return
    throw new RecheckError(
      'data.too-large',
      `data: the problems that are asked for have more than ${largestText / 2 ** 20} million characters, ` +
        `the last one ${textLength(problem)} (${problem.id}). Ask for fewer, or take the long ones out.`,
    )
  }

  /**
   * The splits as asked for. Where no training problems are asked for (an evaluation), a held-out split may
   * have fewer problems than its size: all there are.
   *
   * @throws RecheckError `data.too-few` naming the split that cannot be filled, `data.invalid` where two
   *   problems have one id
   */
  splits(): ProblemSplits {
    const carved = this.#carved.items()
    const isCarved = new Set(carved.map(({ canonical }) => canonical))
    const testFromTrain = this.#own.has('test') ? 0 : this.#sizes.test
    const chosen = {
      train: this.#chosen.train.items().filter(({ canonical }) => !isCarved.has(canonical)),
      validation: this.#own.has('validation') ? this.#chosen.validation.items() : carved.slice(testFromTrain),
      test: this.#own.has('test') ? this.#chosen.test.items() : carved.slice(0, testFromTrain),
    }
    return {
      train: requireOwnIds(this.#complete('train', chosen.train)),
      validation: requireOwnIds(this.#complete('validation', chosen.validation)),
      test: requireOwnIds(this.#complete('test', chosen.test)),
    }
  }

  #carvedSize(): number {
    const validation = this.#own.has('validation') ? 0 : this.#sizes.validation
    return validation + (this.#own.has('test') ? 0 : this.#sizes.test)
  }

  #complete(split: Split, problems: readonly Problem[]): readonly Problem[] {
    const wanted = this.#sizes[split]
    const takesAll = this.#sizes.train === 0
    if (problems.length >= wanted || takesAll) return problems.slice(0, wanted)
    const from = this.#own.has(split) || split === 'train' ? split : 'train'
    throw new RecheckError(
      'data.too-few',
      `data.${split}: ${wanted} problems are asked for, but the ${from} files leave only ${problems.length} ` +
        `(${this.#offered[from]} usable rows, copies counted once). Ask for at most ${problems.length}.`,
      { split, wanted, available: problems.length },
    )
  }
}

function textLength({ question, canonical, answer }: Problem): number {
  return question.length + canonical.length + answer.length
}

/** Estimates and results are kept by id: those of two problems with one id would be mixed up. */
function requireOwnIds(problems: readonly Problem[]): readonly Problem[] {
  const byId = new Map<string, Problem>()
  for (const problem of problems) {
    const other = byId.get(problem.id)
    if (other !== undefined) {
      throw new RecheckError(
        'data.invalid',
        `two problems have the id ${quoted(problem.id)}: ${quoted(other.question)} and ${quoted(problem.question)}. ` +
          'Give each its own unique_id, or none.',
      )
    }
    byId.set(problem.id, problem)
  }
  return problems
}
