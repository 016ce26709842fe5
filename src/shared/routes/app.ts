import { z } from 'zod'
import type { CardReading } from '../runs/machineHistory.ts'
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
  /** 0 to 100; null = not known yet: it is of the time between two readings. */
  readonly cpuPercent: number | null
  readonly memoryUsedBytes: number | null
  readonly memoryTotalBytes: number
  readonly trainerMemoryBytes: number | null
  readonly cards: readonly CardReading[]
}

export const appRoutes = {
  'app.info': { input: z.strictObject({}), output: output<AppInfo>() },
  'app.telemetry': { input: z.strictObject({}), output: output<Telemetry>() },
} as const
