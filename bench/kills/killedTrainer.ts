import { appendFileSync } from 'node:fs'
import { systemClock } from '../../src/main/host/machine/clock.ts'
import { runJob } from '../../src/main/trainer/runJob.ts'
import { serveTrainer } from '../../src/main/trainer/serveTrainer.ts'

/**
 * The real trainer, which notes when it reported which step, so that `kills.ts` can tell what a kill cost.
 */
const journal = process.env['RECHECK_BENCH_JOURNAL'] ?? ''
serveTrainer(
  (request, port) =>
    runJob(request, {
      ...port,
      emit(event) {
        if (event.type === 'metrics' && 'loss/policy' in event.values)
          appendFileSync(journal, `${event.step} ${systemClock.nowMs()}\n`)
        port.emit(event)
      },
    }),
  systemClock,
)
