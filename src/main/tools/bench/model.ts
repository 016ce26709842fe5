import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { countParameters } from '../../../core/model/parameterTable.ts'
import { openModelFolder } from '../../host/model/modelFolder.ts'
import { makeRandomModel, readRandomModelSpec } from '../../host/model/randomModel.ts'

export interface BenchModel {
  readonly folder: string
  /** Trainable parameters. */
  readonly parameters: number
}

/** Opens a model folder, or writes one of random weights for as long as `use` takes. */
export async function withBenchModel<T>(
  chosen: { readonly model?: string | undefined; readonly random?: string | undefined },
  use: (model: BenchModel) => Promise<T>,
): Promise<T> {
  if (chosen.random === undefined) return use(await describe(resolve(chosen.model ?? '')))
  const folder = await mkdtemp(join(tmpdir(), 'recheck-bench-'))
  try {
    await makeRandomModel(await readRandomModelSpec(chosen.random), folder)
    return await use(await describe(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function describe(folder: string): Promise<BenchModel> {
  const { config } = await openModelFolder(folder)
  return { folder, parameters: countParameters(config) }
}
