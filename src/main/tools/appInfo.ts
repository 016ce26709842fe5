import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AppInfo } from '../../shared/routes/app.ts'
import { diagnose } from '../host/machine/diagnosis.ts'
import { projectFolder } from '../host/machine/paths.ts'

/**
 * What a page says of the machine it talks to. Looked at once: a diagnosis loads the engines in other
 * processes.
 */
export function appInfoReader(
  dataDir: string,
  shell: AppInfo['shell'],
  nodePath: string,
): () => Promise<AppInfo> {
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  let info: Promise<AppInfo> | null = null
  return () => {
    info ??= diagnose(dataDir, nodePath).then((diagnosis) => {
      const stopping = diagnosis.problems.find((problem) => problem.stopsTraining)
      return {
        version,
        shell,
        dataFolder: dataDir,
        device: diagnosis.device.inUse ?? 'none',
        deviceNote: diagnosis.device.whyNoGpu,
        canTrain: diagnosis.canTrain,
        trainingProblem: stopping?.message ?? null,
      }
    })
    return info
  }
}
