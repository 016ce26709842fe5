import { z } from 'zod'

const Folder = z.strictObject({
  path: z.string(),
  exists: z.boolean(),
  isWritable: z.boolean().describe('the folder, or the nearest one above it that exists'),
  freeBytes: z.number().describe('on its disk'),
})

/** The state of everything that a run needs. The document of `recheck doctor --json`. */
export const Diagnosis = z.strictObject({
  canTrain: z.boolean(),
  /** Why not, or what will be missed; each with the way out. */
  problems: z.array(z.strictObject({ code: z.string(), message: z.string(), stopsTraining: z.boolean() })),
  node: z.strictObject({ version: z.string(), path: z.string() }),
  device: z.strictObject({
    inUse: z.string().nullable().describe('for example "cpu (2 threads)" or the name of the card'),
    whyNoGpu: z.string().nullable(),
    driver: z.string().nullable(),
    cards: z.array(z.strictObject({ name: z.string(), memoryMebibytes: z.number() })),
  }),
  tensorFlow: z.strictObject({
    version: z.string().nullable(),
    variant: z.string().nullable(),
    whyNoXla: z
      .string()
      .nullable()
      .describe('why XLA does not compile for the device in use; null where it does'),
  }),
  onnxRuntime: z.strictObject({
    version: z.string().nullable(),
    providers: z.array(z.strictObject({ name: z.string(), bundled: z.boolean() })),
  }),
  compiler: z.strictObject({
    cxx: z.string().nullable(),
    make: z.string().nullable(),
    python: z.string().nullable(),
    pip: z.string().nullable(),
  }),
  memory: z.strictObject({ totalBytes: z.number(), availableBytes: z.number() }),
  dataFolder: Folder,
  cacheFolder: Folder,
  electron: z.strictObject({
    version: z.string().nullable(),
    binary: z.string().nullable(),
    remedy: z.string().nullable().describe('how to get the binary where it is missing'),
  }),
})
export type Diagnosis = z.infer<typeof Diagnosis>
