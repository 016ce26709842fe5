import { RecheckError } from '../../shared/errors/recheckError.ts'
import { forkRandom } from '../random.ts'
import type { Random } from '../random.ts'
import { ARITHMETIC_KINDS, arithmeticProblem, canonicalOf } from './arithmeticProblem.ts'
import type { ArithmeticKind, Exercise } from './arithmeticProblem.ts'
import type { Problem } from './problem.ts'

/** `starter`: what the built-in model was trained on. No two levels share a problem. */
export const ARITHMETIC_LEVELS = ['easy', 'starter', 'hard'] as const
export type ArithmeticLevel = (typeof ARITHMETIC_LEVELS)[number]

type Split = 'train' | 'validation' | 'test'

export interface ArithmeticSetup {
  /**
   * Chooses the training problems; the held-out splits are the same for every seed, so that runs can be
   * compared.
   */
  readonly seed: number
  readonly train: number
  readonly validation: number
  readonly test: number
  readonly levels: readonly ArithmeticLevel[]
  /** Canonical forms that no split may hold, such as those of the built-in model's own test problems. */
  readonly reserved: ReadonlySet<string>
}

export type ProblemSplits = Readonly<Record<Split, readonly Problem[]>>

type Range = readonly [first: number, last: number]

/** Inclusive ranges of the operands of one level. */
interface Ranges {
  readonly sum: Range
  readonly difference: Range
  readonly product: readonly [left: Range, right: Range]
  readonly equation: { readonly coefficient: Range; readonly x: Range; readonly constant: Range }
}

const RANGES: Readonly<Record<ArithmeticLevel, Ranges>> = {
  easy: {
    sum: [0, 9],
    difference: [0, 9],
    product: [
      [0, 9],
      [0, 1],
    ],
    equation: { coefficient: [2, 12], x: [0, 1], constant: [1, 60] },
  },
  starter: {
    sum: [10, 99],
    difference: [10, 99],
    product: [
      [2, 19],
      [2, 9],
    ],
    equation: { coefficient: [2, 12], x: [2, 15], constant: [5, 60] },
  },
  hard: {
    sum: [100, 399],
    difference: [100, 399],
    product: [
      [10, 59],
      [10, 59],
    ],
    equation: { coefficient: [13, 29], x: [2, 30], constant: [5, 99] },
  },
}

/**
 * Share of each kind while it lasts, as in the built-in model's test problems. A level's products soon run
 * out.
 */
const SHARES: Readonly<Record<ArithmeticKind, number>> = {
  sum: 0.285,
  difference: 0.25,
  product: 0.155,
  equation: 0.31,
}

/** Where the parts of all problems end on [0, 1), each beginning where the one before ends; the rest is the test's. */
const ENDS = { train: 0.7, validation: 0.8 } as const

/**
 * Arithmetic problems in three splits. Which split a problem may go to follows from its canonical form alone:
 * no seed and no size ever moves a problem from training to the test.
 *
 * @throws RecheckError `data.too-few` when a split asks for more problems than exist
 */
export function arithmeticSplits(setup: ArithmeticSetup): ProblemSplits {
  if (setup.levels.length === 0)
    throw new RangeError('arithmeticSplits: expected at least one level, got none')
  const pools = setup.levels.flatMap((level) =>
    ARITHMETIC_KINDS.map((kind) => ({ level, kind, exercises: sortedBySplit(setup, level, kind) })),
  )
  return {
    train: drawSplit(setup, pools, 'train'),
    validation: drawSplit(setup, pools, 'validation'),
    test: drawSplit(setup, pools, 'test'),
  }
}

/** All exercises of one level and kind that may be drawn. */
interface Pool {
  readonly level: ArithmeticLevel
  readonly kind: ArithmeticKind
  readonly exercises: Readonly<Record<Split, readonly Exercise[]>>
}

function sortedBySplit(
  { reserved }: ArithmeticSetup,
  level: ArithmeticLevel,
  kind: ArithmeticKind,
): Pool['exercises'] {
  const sorted: Record<Split, Exercise[]> = { train: [], validation: [], test: [] }
  for (const exercise of exercisesOf(kind, RANGES[level])) {
    const canonical = canonicalOf(exercise)
    if (!reserved.has(canonical)) sorted[splitOf(canonical)].push(exercise)
  }
  return sorted
}

function drawSplit(setup: ArithmeticSetup, pools: readonly Pool[], split: Split): readonly Problem[] {
  const wanted = setup[split]
  const available = pools.reduce((sum, { exercises }) => sum + exercises[split].length, 0)
  if (wanted > available) throw tooFew(setup, { split, wanted, available })
  const quotas = shareOut(
    wanted,
    pools.map(({ kind, exercises }) => ({ share: SHARES[kind], capacity: exercises[split].length })),
  )
  const seed = split === 'train' ? setup.seed : 0
  const drawn = pools.flatMap(({ level, kind, exercises }, i) => {
    const random = forkRandom(seed, 'arithmetic', split, level, kind)
    const chosen = random.shuffled(exercises[split]).slice(0, quotas[i])
    return chosen.map((exercise) => arithmeticProblem(inAnyOrder(exercise, RANGES[level], random), level))
  })
  return forkRandom(seed, 'arithmetic', split, 'order').shuffled(drawn)
}

/** Every exercise of a kind, once: of 3 + 4 and 4 + 3 only one. */
function exercisesOf(kind: ArithmeticKind, ranges: Ranges): Exercise[] {
  switch (kind) {
    case 'sum':
      return pairs(ranges.sum, ranges.sum)
        .filter(([left, right]) => left <= right)
        .map(([left, right]) => ({ kind, left, right }))
    case 'difference':
      return pairs(ranges.difference, ranges.difference).map(([left, right]) => ({ kind, left, right }))
    case 'product': {
      const [lefts, rights] = ranges.product
      return pairs(lefts, rights)
        .filter(([left, right]) => left >= right || !within(right, lefts) || !within(left, rights))
        .map(([left, right]) => ({ kind, left, right }))
    }
    case 'equation': {
      const { coefficient, x, constant } = ranges.equation
      const constants = integers(constant).flatMap((size) => [size, -size])
      return pairs(coefficient, x).flatMap(([factor, solution]) =>
        constants.map((term) => ({ kind, coefficient: factor, x: solution, constant: term })),
      )
    }
  }
}

/** A sum or product with its operands the other way round every other time, where the ranges allow it. */
function inAnyOrder(exercise: Exercise, ranges: Ranges, random: Random): Exercise {
  if (exercise.kind !== 'sum' && exercise.kind !== 'product') return exercise
  const { kind, left, right } = exercise
  const [lefts, rights] = kind === 'sum' ? [ranges.sum, ranges.sum] : ranges.product
  const mayTurn = within(right, lefts) && within(left, rights)
  return random.next() < 0.5 && mayTurn ? { kind, left: right, right: left } : exercise
}

/** A problem's place depends on its canonical form alone, never on a run's seed. */
function splitOf(canonical: string): Split {
  const place = forkRandom(0, 'arithmetic split', canonical).next()
  const { train, validation } = ENDS
  return place < train ? 'train' : place < validation ? 'validation' : 'test'
}

/**
 * Whole numbers that add up to `total`, as near to the shares as the capacities allow; what a full pool
 * cannot take goes to the others.
 */
function shareOut(
  total: number,
  pools: readonly { readonly share: number; readonly capacity: number }[],
): readonly number[] {
  const quotas = pools.map(() => 0)
  // Webster's method: the next problem comes from the pool that it leaves least above its share
  const excess = (i: number): number =>
    quotas[i] < pools[i].capacity ? (quotas[i] + 0.5) / pools[i].share : Infinity
  for (let left = total; left > 0; left--) {
    let next = 0
    for (let i = 1; i < pools.length; i++) if (excess(i) < excess(next)) next = i
    quotas[next]++
  }
  return quotas
}

function tooFew(
  setup: ArithmeticSetup,
  {
    split,
    wanted,
    available,
  }: { readonly split: Split; readonly wanted: number; readonly available: number },
): RecheckError {
  const reserved = setup.reserved.size > 0 ? `, ${setup.reserved.size} reserved ones left out` : ''
  return new RecheckError(
    'data.too-few',
    `data.${split}: ${wanted} problems are asked for, but only ${available} distinct arithmetic problems of level ` +
      `${setup.levels.join(', ')} exist for this split${reserved}. Ask for fewer or add a level ` +
      `(${ARITHMETIC_LEVELS.join(', ')}).`,
    { split, wanted, available },
  )
}

function pairs(lefts: Range, rights: Range): (readonly [number, number])[] {
  return integers(lefts).flatMap((left) => integers(rights).map((right) => [left, right] as const))
}

function integers([first, last]: Range): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
}

function within(value: number, [first, last]: Range): boolean {
  return value >= first && value <= last
}
