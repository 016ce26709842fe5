import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { serveTrainer } from '../../../src/main/trainer/serveTrainer.ts'
import { pageJob } from './pageJob.ts'

serveTrainer(pageJob, systemClock)
