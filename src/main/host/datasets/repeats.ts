import { answerHash } from '../../../core/data/answerHash.ts'
import { textHash } from '../../../core/data/canonicalQuestion.ts'
import type { DataReport } from '../../../core/data/dataReport.ts'
import type { Problem } from '../../../core/data/problem.ts'
import { SeenQuestions } from '../../../core/data/seenQuestions.ts'
import type { Split } from '../../../core/data/splitSelection.ts'

const examplesKept = 10

export interface ReadRow {
  readonly split: Split
  /** Number of the file, below 65,535. */
  readonly file: number
  /** Line or row in it. */
  readonly line: number
  /** `file:line`. */
  readonly place: string
}

export type Novelty = 'new' | 'copies' | 'contradicting' | 'overlapping'

/** Finds out which problems were read before, in the same split or in a held-out one. */
export class RepeatedProblems {
  readonly contradictions: DataReport['contradictions'][number][] = []
  readonly overlaps: DataReport['overlaps'][number][] = []
  readonly #seen: Readonly<Record<Split, SeenQuestions>> = {
    train: new SeenQuestions(),
    validation: new SeenQuestions(),
    test: new SeenQuestions(),
  }
  readonly #nameOf: (file: number) => string

  constructor(nameOf: (file: number) => string) {
    this.#nameOf = nameOf
  }

  /** Held-out problems have to be offered before those of the training files. */
  offer({ canonical, question, answer }: Problem, at: ReadRow): Novelty {
    const hash = textHash(canonical)
    const others = (['test', 'validation'] as const).filter((split) => split !== at.split)
    const heldOut = others.find((split) => this.#seen[split].find(hash) !== null)
    const own = { file: at.file, line: at.line, answerHash: answerHash(answer) }
    const first = this.#seen[at.split].meet(hash, own)
    if (heldOut !== undefined) {
      if (this.overlaps.length < examplesKept) this.overlaps.push({ place: at.place, question, heldOut })
      return 'overlapping'
    }
    if (first === null) return 'new'
    if (first.answerHash === own.answerHash) return 'copies'
    if (this.contradictions.length < examplesKept)
      this.contradictions.push({
        place: at.place,
        question,
        answer,
        first: `${this.#nameOf(first.file)}:${first.line}`,
      })
    return 'contradicting'
  }
}
