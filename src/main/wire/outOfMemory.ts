const memoryWords =
  /heap out of memory|Array buffer allocation failed|OOM when allocating|RESOURCE_EXHAUSTED|std::bad_alloc|could not (?:create|execute) a primitive|bad allocation|Failed to allocate memory|ENOMEM|CUDA_ERROR_OUT_OF_MEMORY/i

export function isWantOfMemory(message: string): boolean {
  return memoryWords.test(message)
}

/** What to do, in plain words. @param rowsPerMicroBatch null when the trainer ended before it had chosen */
export function outOfMemoryMessage(runId: string, rowsPerMicroBatch: number | null): string {
  const what = 'The trainer ran out of memory. Nothing stored is lost'
  if (rowsPerMicroBatch === null)
    return `${what}; resume goes on from the last checkpoint. It had not begun to train: end other programs, or choose a smaller model.`
  if (rowsPerMicroBatch === 1)
    return `${what}. The micro-batch is one row already: choose shorter completions or a smaller model in a new run.`
  const half = Math.floor(rowsPerMicroBatch / 2)
  return (
    `${what}. It took ${rowsPerMicroBatch} rows at a time; half as many need about half the memory: ` +
    `recheck resume ${runId} --set microBatch=${half}`
  )
}
