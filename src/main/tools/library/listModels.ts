import { stat } from 'node:fs/promises'
import { countParameters } from '../../../core/model/parameterTable.ts'
import { plainLine } from '../../../shared/text/plainText.ts'
import { errorData } from '../../../shared/errors/recheckError.ts'
import type { LibrarySource, ListedModel } from '../../../shared/routes/library/library.ts'
import { openModelFolder } from '../../host/model/modelFolder.ts'
import { listModels as readLibrary, type ModelSource } from '../../host/model/modelLibrary.ts'
import { builtinModelFolder, builtinModelLicence } from '../../run/namedModelFolder.ts'

type ModelFacts = Omit<ListedModel, 'usedBy'>

const nothingNoted: LibrarySource = { source: null, revision: null, licence: null, importedAt: null }

/** The built-in model and those of the library, each opened as a run would open it; no weight is read. */
export async function listedModels(): Promise<readonly ModelFacts[]> {
  const builtin = await factsOf('builtin', builtinModelFolder, {
    ...nothingNoted,
    source: 'comes with Recheck',
    licence: builtinModelLicence,
  })
  const models = (await readLibrary()).map(({ name, folder, source }) =>
    factsOf(name, folder, source === null ? nothingNoted : sourceOf(source)),
  )
  return [builtin, await Promise.all(models)].flat()
}

/** A note that somebody else may have written. */
function sourceOf({ source, revision, licence, importedAt }: ModelSource): LibrarySource {
  const plain = (text: string | null): string | null => (text === null ? null : plainLine(text))
  return {
    source: plain(source),
    revision: plain(revision),
    licence: plain(licence),
    importedAt: plain(importedAt),
  }
}

async function factsOf(name: string, folder: string, from: LibrarySource): Promise<ModelFacts> {
  const facts = { name, folder, from, isBuiltin: name === 'builtin' }
  try {
    const { config, entries, notices } = await openModelFolder(folder)
    const { family, layers, width, vocabularySize: vocabulary, maxPositions } = config
    const paths = new Set([...entries.values()].map(({ path }) => path))
    const sizes = await Promise.all([...paths].map(async (path) => (await stat(path)).size))
    const bytes = sizes.reduce((sum, size) => sum + size, 0)
    const parameters = countParameters(config)
    const shape = { family, parameters, layers, width, vocabulary, maxPositions }
    return { ...facts, bytes, shape, problem: null, notices }
  } catch (thrown) {
    return { ...facts, bytes: 0, shape: null, problem: errorData(thrown).message, notices: [] }
  }
}
