import type { EnvironmentVariables } from '../machine/paths.ts'
import type { NvidiaDriver, TensorFlowProbe } from '../tensorflow/deviceProbe.ts'
import type { ReportProgress, WheelSource } from './fetch.ts'
import type { TensorFlowPins } from './pins.ts'

/** Everything the installation of TensorFlow touches; all paths absolute. */
export interface ProvisionSettings {
  readonly pins: TensorFlowPins
  /** `linux-x64`, as `${process.platform}-${process.arch}`. */
  readonly platform: string
  readonly packageFolder: string
  readonly statusFile: string
  readonly cacheFolder: string
  /** Holds `include/node`; null where Node's headers were not found. */
  readonly nodeFolder: string | null
  readonly nodeGyp: string
  readonly environment: EnvironmentVariables
  readonly pipCommands: WheelSource['pipCommands']
  readonly findDriver: () => Promise<NvidiaDriver | null>
  readonly probe: (addon: string, environment: Record<string, string>) => Promise<TensorFlowProbe>
  readonly report: ReportProgress
}
