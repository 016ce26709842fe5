import type { TokenScorer } from '../trainer.ts'
import { logProbsByLayers, type WholeModel } from './logProbsByLayers.ts'

export interface LayerwiseOptions {
  /** Log-probs are those of logits / temperature. */
  readonly temperature: number
  /** Before each layer; waited for, so that the caller's event loop goes on: messages are heard meanwhile. */
  readonly pause: () => Promise<void>
  /** Bytes that the states of the rows which go through the layers together may take; one row always may. */
  readonly stateBytes?: number
}

/**
 * A fixed model that stays where it is read from: the weights of one layer are in memory at a time, as 32-bit
 * floats, computed op by op. What it costs is time: the model is read once for every set of rows.
 */
export function createLayerwiseScorer(model: WholeModel, options: LayerwiseOptions): TokenScorer {
  const { temperature, pause, stateBytes = 64e6 } = options
  const tokensTogether = stateBytes / (4 * model.config.width)
  return {
    async tokenLogProbs(rows) {
      const scores: Float32Array[] = []
      for (const part of rowsTogether(rows, tokensTogether)) {
        const ofPart = await logProbsByLayers(model, part, temperature, { beforeLayer: () => pause() })
        if (ofPart === null) throw new Error('scoring by layers ended without a signal to end')
        scores.push(...ofPart)
      }
      return scores
    },
    dispose: () => Promise.resolve(),
  }
}

/** In their order; a longer row than may be is alone. */
function rowsTogether(rows: readonly Int32Array[], tokens: number): Int32Array[][] {
  const parts: Int32Array[][] = []
  let room = 0
  for (const row of rows) {
    const part = parts.at(-1)
    if (part === undefined || row.length > room) {
      parts.push([row])
      room = tokens - row.length
    } else {
      part.push(row)
      room -= row.length
    }
  }
  return parts
}
