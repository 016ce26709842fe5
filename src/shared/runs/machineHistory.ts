/** What the machine did while a run was at work on it: kept with the run, a bucket a second at first. */

/** Graphics cards whose figures are kept. */
export const mostCards = 8

/** One reading; null where the machine does not say. */
export interface MachineReading {
  /** Share of the time in which the processors work, 0 to 100. */
  readonly cpuPercent: number | null
  /** Of the machine, in use; bytes. */
  readonly memoryBytes: number | null
  /** Of the trainer's process, resident; bytes. */
  readonly trainerBytes: number | null
  /** Of the processors' package; watts. */
  readonly cpuWatts: number | null
  readonly cards: readonly CardReading[]
}

export interface CardReading {
  readonly name: string
  readonly percent: number | null
  readonly memoryBytes: number | null
  readonly watts: number | null
}

/** A figure that is kept: its name in files, what it is in words, its unit. */
export interface MachineFigure {
  readonly name: string
  readonly label: string
  readonly unit: 'percent' | 'bytes' | 'watts'
}

/** The mean and the greatest reading of a bucket. */
export interface MachineValue {
  readonly mean: number
  readonly max: number
}

export interface MachineHistory {
  /** Of one bucket. */
  readonly seconds: number
  readonly figures: readonly MachineFigure[]
  /**
   * In order; `index` × `seconds` is the time since the run began. Those in which it was not at work are not
   * there. `values`: one a figure, null where it was not read.
   */
  readonly buckets: readonly {
    readonly index: number
    readonly values: readonly (MachineValue | null)[]
  }[]
}

/** The figures of a reading and their values, in the order in which they are kept. */
export function figuresOf(reading: MachineReading): readonly (readonly [MachineFigure, number | null])[] {
  return [
    [{ name: 'cpu', label: 'processors', unit: 'percent' }, reading.cpuPercent],
    [{ name: 'memory', label: 'machine', unit: 'bytes' }, reading.memoryBytes],
    [{ name: 'trainerMemory', label: 'trainer', unit: 'bytes' }, reading.trainerBytes],
    [{ name: 'cpuPower', label: 'processors', unit: 'watts' }, reading.cpuWatts],
    ...reading.cards.slice(0, mostCards).flatMap((card, index) => cardFigures(card, index)),
  ]
}

function cardFigures(card: CardReading, index: number): readonly (readonly [MachineFigure, number | null])[] {
  const label = `${card.name}, card ${index + 1}`
  return [
    [{ name: `gpu${index}`, label, unit: 'percent' }, card.percent],
    [{ name: `gpu${index}Memory`, label, unit: 'bytes' }, card.memoryBytes],
    [{ name: `gpu${index}Power`, label, unit: 'watts' }, card.watts],
  ]
}
