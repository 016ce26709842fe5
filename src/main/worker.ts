import { systemClock } from './host/clock.ts'
import { runJob } from './jobs/runJob.ts'
import { serveTrainer } from './jobs/serveTrainer.ts'

// The trainer process: started by an owner, given one run, ends with it.
serveTrainer(runJob, systemClock)
