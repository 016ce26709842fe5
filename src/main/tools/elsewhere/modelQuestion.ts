import { parseConfig } from '../../../shared/config/parseConfig.ts'
import type { MemoryPlan } from '../../../shared/memoryPlan.ts'
import type { CheckpointRecord } from '../../../shared/runs/records.ts'
import { evaluateModel, type ModelEvaluation } from '../evaluateModel.ts'

/** What the process is asked that does the work of `recheck eval` on another machine. */
export interface ModelQuestion {
  readonly question: 'evaluate.model'
  readonly config: unknown
  readonly split: 'validation' | 'test'
  /** Absolute: from here the config's paths are read. */
  readonly workingFolder: string
  /** null = the model folder's own weights. */
  readonly checkpoint: { readonly dataDir: string; readonly record: CheckpointRecord } | null
  /** Config of the run that the checkpoint is of. */
  readonly trained: unknown
  readonly force: boolean
}

/** What it tells meanwhile. */
export type ModelEvent =
  | { readonly type: 'notice'; readonly text: string }
  | { readonly type: 'memory'; readonly plan: MemoryPlan }
  | {
      readonly type: 'progress'
      readonly activity: string
      readonly done: number
      readonly total: number
    }

/** @throws as `evaluateModel` */
export async function answerModelEvaluation(
  asked: ModelQuestion,
  tell: (event: ModelEvent) => void,
): Promise<ModelEvaluation> {
  const { config, split, workingFolder, checkpoint, trained, force } = asked
  return evaluateModel({
    config: parseConfig(config, 'recheck eval'),
    split,
    workingFolder,
    checkpoints: checkpoint === null ? null : { dataDir: checkpoint.dataDir, records: [checkpoint.record] },
    trained: trained === null ? null : parseConfig(trained, 'the run'),
    signal: { aborted: false },
    onProgress: (activity, done, total) => tell({ type: 'progress', activity, done, total }),
    onNotice: (text) => tell({ type: 'notice', text }),
    onMemory: (plan) => tell({ type: 'memory', plan }),
    force,
  })
}
