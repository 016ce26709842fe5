import { systemClock } from './host/machine/clock.ts'
import { endPlainly, keepConsolePlain } from './host/machine/plainConsole.ts'
import { runJob } from './trainer/runJob.ts'
import { serveTrainer } from './trainer/serveTrainer.ts'

// The trainer process: started by an owner, given one run, ends with it.
keepConsolePlain()
endPlainly()
serveTrainer(runJob, systemClock)
