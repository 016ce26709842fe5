import { join } from 'node:path'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { extensionRateText } from '../../shared/runs/extendedRate.ts'
import type { Run } from '../../shared/runs/records.ts'
import { childEnvironment } from '../host/tensorflow/childEnvironment.ts'
import { systemClock } from '../host/machine/clock.ts'
import { projectFolder, rayToken } from '../host/machine/paths.ts'
import { readTensorFlowStatus } from '../host/tensorflow/status.ts'
import { storedConfig } from '../store/runs/storedConfig.ts'
import { openOwner } from './openOwner.ts'
import { remoteAccess } from './remote/remoteAccess.ts'
import type { Owner } from './owner.ts'

export interface LocalOwnerSetup {
  readonly dataDir: string
  /** Where people reach this process: a URL, or words such as `recheck train`. */
  readonly address: string
  /** The Node 24 binary; a window's own binary is not plain Node. */
  readonly nodePath: string
}

/** The owner of a data folder on this machine, with the real trainer. */
export function openLocalOwner({ dataDir, address, nodePath }: LocalOwnerSetup): Promise<Owner> {
  return openOwner({
    dataDir,
    address,
    clock: systemClock,
    remote: remoteAccess(rayToken()),
    program: {
      nodePath,
      workerPath: join(projectFolder, 'src', 'main', 'worker.ts'),
      environment: childEnvironment(),
    },
    termsOf(run) {
      const config = storedConfig(run)
      const device = deviceOf(config)
      return { config, device, isExact: device === 'cpu', keepLast: config.keep }
    },
    extensionNoteOf,
  })
}

/** What the learning rate does when a run is given more steps; null where it is constant. */
export function extensionNoteOf(run: Run, steps: number): string | null {
  // a length that followed from the data alone is not in the row
  return extensionRateText(storedConfig(run).optimizer, Math.max(run.totalSteps, run.stepsDone), steps)
}

/** Runs of one device wait for each other. */
function deviceOf(config: RunConfig): 'cpu' | 'gpu' {
  if (config.device !== 'auto') return config.device
  const status = readTensorFlowStatus()
  return status?.isReady && status.variant === 'cuda' ? 'gpu' : 'cpu'
}
