import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { embeddingName, headName } from '../../../core/model/parameterTable.ts'
import { shapeText } from '../../../core/model/safetensors.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { floatChunks } from './safetensorsFiles.ts'
import type { WeightEntry } from './weightFiles.ts'

/**
 * A config that ties the output head to the embedding beside a file with a head of its own: where both are
 * the same, as in files converted from PyTorch, the copy is left aside; where they differ, transformers would
 * use the head.
 *
 * @throws RecheckError `checkpoint.tied-head`
 */
export async function checkTiedHead(
  config: ModelConfig,
  found: ReadonlyMap<string, WeightEntry>,
  parameters: ReadonlyMap<string, WeightEntry>,
): Promise<void> {
  const head = found.get(headName)
  const embedding = parameters.get(embeddingName(config))
  if (head === undefined || embedding === undefined) return
  const isSameShape = shapeText(head.shape) === shapeText(embedding.shape)
  if (isSameShape && (await holdSameValues(head, embedding))) return
  throw new RecheckError(
    'checkpoint.tied-head',
    `${head.path}: config.json ties the output head to the embedding ("tie_word_embeddings"), but ${headName} is ` +
      `another matrix than ${embedding.name}. Set "tie_word_embeddings" to false if the head in the file is right.`,
  )
}

async function holdSameValues(a: WeightEntry, b: WeightEntry): Promise<boolean> {
  const others = floatChunks(b.path, b)
  for await (const chunk of floatChunks(a.path, a)) {
    const other = await others.next()
    if (other.done === true || chunk.some((value, index) => value !== other.value[index])) {
      await others.return(undefined)
      return false
    }
  }
  await others.return(undefined)
  return true
}
