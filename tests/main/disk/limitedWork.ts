// Started under a limit of the system (prlimit) by fileError.test.ts: does one piece of work until it is
// refused, and prints the error as a command or a page would show it.
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../../../src/main/host/machine/atomicFiles.ts'
import { openBatchWriter } from '../../../src/main/store/batchStore.ts'
import { openForReading, openForWriting } from '../../../src/main/store/database.ts'
import { errorData } from '../../../src/shared/errors/recheckError.ts'
import { addRun, metricsAt } from '../store/storeFixtures.ts'

const [what = '', folder = ''] = process.argv.slice(2)

const work: Readonly<Record<string, () => void | Promise<void>>> = {
  file: () => writeFileAtomic(join(folder, 'plot.png'), Buffer.alloc(3_000_000)),
  store() {
    const db = openForWriting(folder)
    addRun(db, 'a')
    const writer = openBatchWriter(db, 'a')
    for (let sequence = 1; ; sequence++) {
      const events = Array.from({ length: 500 }, (_, index) => metricsAt(500 * sequence + index, { x: 1 }))
      writer.store({ runId: 'a', sequence, events }, 1)
    }
  },
  'open file'() {
    takeAllFiles()
    return writeFileAtomic(join(folder, 'plot.png'), 'x')
  },
  'open store'() {
    takeAllFiles()
    openForReading(folder)
  },
}

/** Opens files until the system gives no more. */
function takeAllFiles(): void {
  try {
    for (;;) openSync('/dev/null', 'r')
  } catch {
    return // the limit is met
  }
}

try {
  await work[what]?.()
  process.stdout.write('{}')
} catch (thrown) {
  process.stdout.write(JSON.stringify(errorData(thrown)))
}
