/** Points of one metric as they come: in three columns that grow. */
export class GrowingPoints {
  #columns = [new Float64Array(16), new Float64Array(16), new Float64Array(16)] as const
  #length = 0

  push(step: number, atMs: number, value: number): void {
    if (this.#length === this.#columns[0].length) this.#grow()
    const [steps, times, values] = this.#columns
    steps[this.#length] = step
    times[this.#length] = atMs
    values[this.#length] = value
    this.#length++
  }

  /** @returns how many points went */
  dropFrom(step: number): number {
    const [steps, times, values] = this.#columns
    let kept = 0
    for (let index = 0; index < this.#length; index++) {
      if ((steps[index] ?? 0) >= step) continue
      steps[kept] = steps[index] ?? 0
      times[kept] = times[index] ?? NaN
      values[kept] = values[index] ?? NaN
      kept++
    }
    const dropped = this.#length - kept
    this.#length = kept
    return dropped
  }

  /** By step; of those with the same step the one that came last. */
  settle(): {
    readonly step: Float64Array
    /** NaN where there was no time. */
    readonly atMs: Float64Array
    readonly value: Float64Array
    readonly repeated: number
  } {
    const [steps, times, values] = this.#columns
    const order = Array.from({ length: this.#length }, (_, index) => index)
    // stable: what came later stays behind what came earlier
    if (!isGrowing(steps, this.#length)) order.sort((a, b) => (steps[a] ?? 0) - (steps[b] ?? 0))
    const kept = order.filter((index, place) => {
      const next = order[place + 1]
      return next === undefined || steps[next] !== steps[index]
    })
    const chosen = (column: Float64Array): Float64Array =>
      Float64Array.from(kept, (index) => column[index] ?? NaN)
    return {
      step: chosen(steps),
      atMs: chosen(times),
      value: chosen(values),
      repeated: this.#length - kept.length,
    }
  }

  #grow(): void {
    const grown = (column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(column.length * 2)
      larger.set(column)
      return larger
    }
    const [steps, times, values] = this.#columns
    this.#columns = [grown(steps), grown(times), grown(values)]
  }
}

function isGrowing(steps: Float64Array, length: number): boolean {
  for (let index = 1; index < length; index++) if ((steps[index] ?? 0) < (steps[index - 1] ?? 0)) return false
  return true
}
