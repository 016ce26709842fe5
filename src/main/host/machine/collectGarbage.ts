import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Heaps below this are left alone: collecting costs some milliseconds. */
const largeHeapBytes = 96e6

/**
 * Gives what JavaScript no longer uses back to the system, where its heap has grown large: before something
 * outside it takes a lot of memory, of which the engine knows nothing and keeps its own.
 */
export function collectGarbage(): void {
  if (process.memoryUsage().heapTotal < largeHeapBytes) return
  // the function exists in contexts that are made after the flag was set
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (how: object) => void
  setFlagsFromString('--no-expose-gc')
  // with any less it keeps most of the pages that it emptied
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
