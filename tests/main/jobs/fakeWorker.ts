import { systemClock } from '../../../src/main/host/clock.ts'
import { serveTrainer } from '../../../src/main/jobs/serveTrainer.ts'
import { fakeRunJob } from './fakeJob.ts'

serveTrainer(fakeRunJob, systemClock)
