/**
 * Run by parquetBombs.test.ts in a process of its own: checks a file, prints what it found and the peak of
 * its memory.
 */
import { readFile } from 'node:fs/promises'
import { errorData } from '../../../../src/shared/errors/recheckError.ts'
import { checkProblemFiles } from '../../../../src/main/host/datasets/files.ts'

const unhandled: string[] = []
process.on('unhandledRejection', (thrown) => unhandled.push(String(thrown)))
const found = await checkProblemFiles(process.argv[2] ?? '', null, null).then(
  ({ rows, used, left }) => ({ rows, used, bad: left.bad }),
  errorData,
)
// of this process alone: what getrusage calls its peak begins with that of the process that started it
const peakBytes = Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]) * 1024
process.stdout.write(JSON.stringify({ found, peakBytes, unhandled }))
