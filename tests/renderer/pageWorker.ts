import { systemClock } from '../../src/main/host/clock.ts'
import { serveTrainer } from '../../src/main/jobs/serveTrainer.ts'
import { pageJob } from './pageJob.ts'

serveTrainer(pageJob, systemClock)
