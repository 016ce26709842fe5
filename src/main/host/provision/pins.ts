import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { projectFolder } from '../machine/paths.ts'

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)

const PinnedWheel = z.strictObject({
  package: z.string(),
  version: z.string(),
  file: z.string(),
  sha256: Sha256,
  /** Size of the file; null where the index does not say. */
  bytes: z.int().positive().nullable().default(null),
  /** The same libraries built for another Python; taken from TENSORFLOW_WHEEL only. File name → sha256. */
  sameForOtherPython: z.record(z.string(), Sha256).default({}),
})

const TensorFlowPins = z.strictObject({
  comment: z.string().optional(),
  version: z.string(),
  python: z.string(),
  platforms: z.record(z.string(), z.strictObject({ cpu: z.array(PinnedWheel), cuda: z.array(PinnedWheel) })),
})

export type PinnedWheel = z.infer<typeof PinnedWheel>
export type TensorFlowPins = z.infer<typeof TensorFlowPins>
export type TensorFlowVariant = 'cpu' | 'cuda'

/** Which TensorFlow this repository asks for: versions, files and their sha256. */
export function readPins(file: string = join(projectFolder, 'resources', 'tensorflow.json')): TensorFlowPins {
  return TensorFlowPins.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** The wheels for `linux-x64` and the like; null where none are pinned. */
export function pinnedWheels(
  pins: TensorFlowPins,
  platform: string,
  variant: TensorFlowVariant,
): readonly PinnedWheel[] | null {
  return pins.platforms[platform]?.[variant] ?? null
}

/** `tensorflow_cpu` of `tensorflow-cpu`: how file names of wheels begin. */
export function wheelPrefix(packageName: string): string {
  return `${packageName.replace(/[-.]+/g, '_')}-`
}
