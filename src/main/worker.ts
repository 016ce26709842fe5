import { systemClock } from './host/machine/clock.ts'
import { runJob } from './trainer/runJob.ts'
import { serveTrainer } from './trainer/serveTrainer.ts'

// The trainer process: started by an owner, given one run, ends with it.
serveTrainer(runJob, systemClock)
