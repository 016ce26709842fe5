import type { WarmUpConfig } from '../../../shared/config/warmUpGroup.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { forkRandom } from '../../../core/random.ts'
import {
  arithmeticSource,
  fixedSource,
  longestArithmeticRow,
  type WarmUpSource,
} from '../../../core/train/warmUp/warmUpSource.ts'
import type { WarmUpRow } from '../../../core/train/warmUp/warmUpRow.ts'
import { loadConversations } from '../../run/conversationsFile.ts'
import { arithmeticProblems } from '../../run/problems.ts'
import type { RunMaterial } from '../../run/runMaterial.ts'

/** What a warm-up learns from and is measured on. */
export interface WarmUpData {
  readonly train: WarmUpSource
  readonly validation: readonly WarmUpRow[]
  /** Tokens that a row can have at most. */
  readonly longest: number
  /** Something the run's log should say; null when there is nothing. */
  readonly note: string | null
}

/** @throws RecheckError `data.*`, `train.too-long` */
export async function openWarmUpData(
  config: RunConfig,
  warmUp: WarmUpConfig,
  material: RunMaterial,
): Promise<WarmUpData> {
  const { source } = warmUp
  return source === 'arithmetic'
    ? arithmeticData(config, warmUp, material)
    : fileData(source.path, { config, warmUp, material })
}

/** Held-out dialogues are of problems of the validation split, which no training problem shares. */
async function arithmeticData(
  config: RunConfig,
  { problems, validation, wrongShare }: WarmUpConfig,
  { prompts, tokenizer, policy }: RunMaterial,
): Promise<WarmUpData> {
  const data = { ...config.data, train: problems ?? config.data.train, validation, test: 0 }
  const splits = await arithmeticProblems({ ...config, data })
  const setup = { seed: config.seed, wrongShare, prompts, tokenizer }
  const longest = longestArithmeticRow(splits.train.concat(splits.validation), setup)
  if (longest > policy.config.maxPositions + 1) {
    throw new RecheckError(
      'train.too-long',
      `a dialogue of the warm-up may have ${longest} tokens, the model takes ${policy.config.maxPositions}. ` +
        'Choose a template with shorter prompts (template=builtin), or an easier level.',
    )
  }
  const heldOut = arithmeticSource(splits.validation, setup)
  return {
    train: arithmeticSource(splits.train, setup),
    validation: rowsOf(heldOut),
    longest,
    note: null,
  }
}

async function fileData(
  path: string,
  {
    config,
    warmUp,
    material,
  }: { readonly config: RunConfig; readonly warmUp: WarmUpConfig; readonly material: RunMaterial },
): Promise<WarmUpData> {
  const { prompts, tokenizer, policy } = material
  const longest = policy.config.maxPositions + 1
  const { rows, tooLong } = await loadConversations(path, { prompts, tokenizer, longest })
  if (rows.length <= warmUp.validation) {
    throw new RecheckError(
      'data.too-few',
      `${path}: ${rows.length} conversations, of which warmUp.validation=${warmUp.validation} are held out: none is left ` +
        'to learn from. Hold out fewer, or give more conversations.',
    )
  }
  const order = forkRandom(config.seed, 'warm-up held out').shuffled(rows)
  const train = order.slice(warmUp.validation)
  return {
    train: fixedSource(train),
    validation: order.slice(0, warmUp.validation),
    longest: Math.max(...rows.map(({ ids }) => ids.length)),
    note:
      tooLong === 0
        ? null
        : `${tooLong} of ${rows.length + tooLong} conversations of ${path} are left out: the model takes ${longest} tokens`,
  }
}

function rowsOf(source: WarmUpSource): WarmUpRow[] {
  return Array.from({ length: source.size }, (_, index) => source.row(index, 0))
}
