/**
 * The grader met an input that is too large, too deep or outside its grammar; the comparison then says "not
 * equal".
 */
export class NotGradable extends Error {
  constructor(reason: string) {
    super(reason)
    this.name = 'NotGradable'
  }
}

/**
 * Steps that one comparison may take, whatever the input: a bound in work, not in time, so it is repeatable.
 */
export class StepBudget {
  #left: number
  readonly #parent: StepBudget | null

  constructor(steps: number, parent: StepBudget | null = null) {
    this.#left = steps
    this.#parent = parent
  }

  /** A smaller budget for one part; what it spends is spent here too. */
  part(steps: number): StepBudget {
    return new StepBudget(steps, this)
  }

  spend(steps = 1): void {
    this.#parent?.spend(steps)
    this.#left -= steps
    if (this.#left < 0) throw new NotGradable('the comparison takes too many steps')
  }
}
