/** How far a file of runs is read. */
export type ReadProgress = (progress: {
  readonly done: number
  /** 0: not known. */
  readonly total: number
  readonly unit: 'bytes' | 'rows'
}) => void
