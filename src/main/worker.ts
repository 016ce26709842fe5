import { systemClock } from './host/machine/clock.ts'
import { endPlainly, keepConsolePlain } from './host/machine/plainConsole.ts'
import { endWithParent } from './trainer/endWithParent.ts'
import { runJob } from './trainer/runJob.ts'
import { serveTrainer } from './trainer/serveTrainer.ts'

// The trainer process: started by an owner, given one run, ends with it. On another machine a cluster starts
// it with `--job` and the folder through which it talks with its owner.
keepConsolePlain()
endPlainly()
const [file = '', word, folder = ''] = process.argv.slice(1)
if (word === '--job') {
  const { startFolderJob } = await import('./trainer/remote/startFolderJob.ts')
  process.exit(await startFolderJob([file, '--folder', folder]))
} else if (word === '--folder') {
  const { serveFolder } = await import('./trainer/remote/serveFolder.ts')
  endWithParent()
  process.exit(await serveFolder(runJob, systemClock, folder))
} else serveTrainer(runJob, systemClock)
