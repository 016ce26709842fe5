const outOfMemoryText =
  /heap out of memory|Array buffer allocation failed|OOM when allocating|RESOURCE_EXHAUSTED|std::bad_alloc|could not (?:create|execute) a primitive|bad allocation|Failed to allocate memory|ENOMEM|CUDA_ERROR_OUT_OF_MEMORY/i

/** Whether Node, TensorFlow, ONNX Runtime or the system says here that there was no memory left. */
export function isOutOfMemory(message: string): boolean {
  return outOfMemoryText.test(message)
}

/** What to do when an update did not fit. */
export function outOfMemoryMessage(runId: string, rowsPerMicroBatch: number): string {
  const what = 'The trainer ran out of memory. Nothing stored is lost'
  if (rowsPerMicroBatch === 1)
    return `${what}. The micro-batch is one row already: choose shorter completions or a smaller model in a new run.`
  const half = Math.floor(rowsPerMicroBatch / 2)
  return (
    `${what}. It took ${rowsPerMicroBatch} rows at a time; half as many need about half the memory: ` +
    `recheck resume ${runId} --set microBatch=${half}`
  )
}

/**
 * What to do when the trainer ended before it had chosen a micro-batch. @param resumes where the run
 * continues
 */
export function outOfMemoryBeforeTraining(resumes: string): string {
  return (
    'The trainer ran out of memory before it had begun to train. Nothing stored is lost. ' +
    `End other programs, or choose a smaller model in a new run. ${resumes}`
  )
}
