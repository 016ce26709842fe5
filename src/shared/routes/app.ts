import { z } from 'zod'
import { output } from './parts.ts'

export interface AppInfo {
  readonly version: string
  readonly dataFolder: string
  readonly shell: 'window' | 'browser'
  readonly device: string
  readonly deviceNote: string | null
  readonly canTrain: boolean
  /** Why training is refused, with the way out; null when it is not. */
  readonly trainingProblem: string | null
}

export interface Telemetry {
  readonly atMs: number
  readonly cpuPercent: number
  readonly memoryUsedBytes: number
  readonly memoryTotalBytes: number
  readonly trainerMemoryBytes: number | null
  readonly gpus: readonly {
    readonly name: string
    readonly utilisationPercent: number | null
    readonly memoryUsedBytes: number | null
    readonly memoryTotalBytes: number | null
  }[]
}

export const appRoutes = {
  'app.info': { input: z.strictObject({}), output: output<AppInfo>() },
  'app.telemetry': { input: z.strictObject({}), output: output<Telemetry>() },
} as const
