import { availableParallelism, hostname } from 'node:os'
import { systemClock } from '../../host/machine/clock.ts'
import type { Database } from '../../store/database.ts'
import { preparedRequest } from '../launch.ts'
import { watchMachine } from '../processes/machineWatch.ts'
import { startTrainingProcess, type ChildTrainer, type TrainerProgram } from '../processes/trainingProcess.ts'
import { traitsOf, type Engine, type JobName } from './engine.ts'

export interface MachineSetup {
  readonly db: Database
  readonly dataDir: string
  readonly program: TrainerProgram
}

/** Jobs are children of this process, which end with it. */
export function thisMachine(setup: MachineSetup): Engine {
  const children = new Map<string, ChildTrainer>()
  const nameOf = ({ runId, shard }: JobName): string => (shard === null ? runId : `${runId}.shard-${shard}`)
  return {
    traits: traitsOf(null),
    async check() {
      return `this machine (${hostname()}, ${process.platform} ${process.arch}, ${availableParallelism()} processors)`
    },
    nameOf(job) {
      const mark = children.get(nameOf(job))?.mark ?? null
      return mark === null ? null : `process ${mark.processId}`
    },
    async submit(job, onMessage) {
      const name = nameOf({ runId: job.runId, shard: job.shard?.number ?? null })
      const child = await startTrainingProcess(setup.program, await preparedRequest(setup, job), onMessage)
      const { processId } = child.mark ?? { processId: null }
      const endWatch = watchMachine({ db: setup.db, runId: job.runId, processId, nowMs: systemClock.nowMs })
      void child.exited.finally(endWatch).catch(() => undefined) // told by who supervises the run
      children.set(name, child)
      void child.exited.then(() => children.delete(name))
      return child
    },
    async status(job) {
      const mark = children.get(nameOf(job))?.mark ?? null
      return mark === null ? null : { state: 'running', message: '' }
    },
    logs: async (job) => children.get(nameOf(job))?.words() ?? '',
    stop: async (job) => children.get(nameOf(job))?.stop('now'),
  }
}
