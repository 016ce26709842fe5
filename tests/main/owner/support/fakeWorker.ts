import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { serveFolder } from '../../../../src/main/trainer/remote/serveFolder.ts'
import { serveTrainer } from '../../../../src/main/trainer/serveTrainer.ts'
import { fakeRunJob } from './fakeJob.ts'

const [word, folder] = process.argv.slice(2)
if (word === '--folder' && folder !== undefined)
  process.exit(await serveFolder(fakeRunJob, systemClock, folder))
else serveTrainer(fakeRunJob, systemClock)
