import { storedConfig } from '../../../src/main/store/runs/storedConfig.ts'
import { join } from 'node:path'
import { createHandlers } from '../../../src/main/api/handlers.ts'
import { startHttpServer, type HttpServer } from '../../../src/main/api/httpServer.ts'
import { createProgressBoard } from '../../../src/main/api/progressBoard.ts'
import { systemClock } from '../../../src/main/host/machine/clock.ts'
import { formNames, placeOf } from '../../../src/main/owner/engines/placeOf.ts'
import { openOwner } from '../../../src/main/owner/openOwner.ts'
import { Sweeps } from '../../../src/main/owner/sweep/sweeps.ts'
import type { Owner } from '../../../src/main/owner/owner.ts'
import { hashConfig } from '../../../src/main/owner/startRuns.ts'
import { parseConfig, totalSteps } from '../../../src/shared/config/parseConfig.ts'
import type { AppInfo } from '../../../src/shared/routes/app.ts'
import type { Handlers, StoreEvent } from '../../../src/shared/routes/contract.ts'
import { builtPage } from './pageBuild.ts'
import { estimatedProblems } from './pageJob.ts'

export interface PageServer {
  readonly owner: Owner
  /** The one that answers now. */
  readonly http: HttpServer
  /** An event to all pages, beside those of the owner. */
  tell(event: StoreEvent): void
  /**
   * As after a restart of Recheck: another server on the same port, which knows no session of the one before.
   */
  restartHttp(): Promise<void>
  close(): Promise<void>
}

const info: AppInfo = {
  version: '0.1.0',
  dataFolder: '~/.local/share/recheck',
  shell: 'browser',
  device: 'cpu (2 threads)',
  deviceNote: 'No NVIDIA card was found.',
  canTrain: true,
  trainingProblem: null,
}

/** The real owner, store, routes and server, with a trainer that makes its numbers up (pageJob.ts). */
export async function startPageServer(dataDir: string): Promise<PageServer> {
  const owner = await openOwner({
    dataDir,
    address: 'a test',
    clock: systemClock,
    program: {
      nodePath: process.execPath,
      workerPath: join(import.meta.dirname, 'pageWorker.ts'),
      environment: process.env,
    },
    termsOf: (run) => ({ config: storedConfig(run), device: 'cpu', isExact: false, keepLast: 2 }),
  })
  const progress = createProgressBoard()
  owner.subscribe((runId, event) => progress.note(runId, event))
  const listeners = new Set<(event: StoreEvent) => void>()
  const tell = (event: StoreEvent): void => listeners.forEach((listener) => listener(event))
  owner.subscribe((runId, event) => tell({ runIds: [runId], event }))
  owner.workshop.subscribe((event) => tell({ runIds: null, event }))
  const setup = {
    owner,
    progress,
    nowMs: systemClock.nowMs,
    tell,
    sweeps: new Sweeps({
      owner,
      nowMs: systemClock.nowMs,
      onChange: () => tell({ runIds: null, event: { type: 'sweep' } }),
    }),
    info: async () => info,
  }
  const pageFolder = await builtPage()
  const listenOn = (port: number): Promise<HttpServer> =>
    startHttpServer({
      handlers: { ...createHandlers(setup), 'run.start': startIn(owner) },
      subscribe: (listener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      pageFolder,
      port,
      clock: systemClock,
    })
  let http = await listenOn(0)
  return {
    owner,
    tell,
    get http() {
      return http
    },
    restartHttp: async () => {
      await http.close()
      http = await listenOn(http.port)
    },
    close: async () => {
      await http.close()
      await owner.close('now')
    },
  }
}

/** As the real one, but without loading the model for the hash of a V* artifact. */
function startIn(owner: Owner): Handlers['run.start'] {
  return async ({ stage, config: written, vStarId, group, place, shards }) => {
    const config = parseConfig(written, 'the form')
    const run = owner.createRun({
      name: config.name === '' ? 'demo' : config.name,
      stage,
      group,
      vStarId,
      shards,
      place: place === null ? null : placeOf(place, formNames),
      config: JSON.stringify(config),
      configHash: hashConfig(config),
      tags: config.tags,
      notes: config.notes,
      totalSteps: stage === 'estimate-v-star' ? estimatedProblems : totalSteps(config, config.data.train),
    })
    owner.start(run.runId)
    return { runIds: [run.runId] }
  }
}
