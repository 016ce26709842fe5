import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { serveTrainer } from '../../../src/main/trainer/serveTrainer.ts'
import { fakeRunJob } from './fakeJob.ts'

serveTrainer(fakeRunJob, systemClock)
