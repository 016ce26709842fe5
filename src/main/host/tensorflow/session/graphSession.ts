import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CapturedGraph } from '../../../../core/train/engine/trainingGraph.ts'
import { encodeSavedModel } from '../../../../core/graph/savedModel.ts'
import { collectGarbage } from '../../machine/collectGarbage.ts'
import type { TensorFlowBinding } from '../addon.ts'
import { tensorFlowBackend } from '../addon.ts'

export interface Feed {
  readonly node: string
  readonly shape: readonly number[]
  readonly values: Float32Array | Int32Array | Uint8Array
}

/** A TensorFlow session of one captured graph; its variables live in it, on the device. */
export class GraphSession {
  readonly #binding: TensorFlowBinding
  readonly #id: number
  #isKept = false

  /**
   * @param workFolder where the SavedModel lies while it is read; left out: the system's folder for such
   *   files
   */
  constructor(captured: Pick<CapturedGraph, 'graph' | 'signatures'>, workFolder: string = tmpdir()) {
    this.#binding = tensorFlowBackend().binding
    const folder = mkdtempSync(join(workFolder, 'recheck-graph-'))
    try {
      writeFileSync(join(folder, 'saved_model.pb'), encodeSavedModel(captured.graph, captured.signatures))
      // recording leaves hundreds of megabytes behind
      collectGarbage()
      this.#id = this.#binding.loadSavedModel(folder, 'serve')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /**
   * Runs what the fetched nodes need. Blocks until it has ended.
   *
   * @returns the values of the fetched nodes, in their order
   */
  run(feeds: readonly Feed[], fetches: readonly string[]): (Float32Array | Int32Array)[] {
    const binding = this.#binding
    const fed = feeds.map(({ shape, values }) => binding.createTensor(shape, typeOf(binding, values), values))
    try {
      const named = (nodes: readonly string[]) => nodes.map((node) => `${node}:0`).join()
      const outputs = binding.runSavedModel(
        this.#id,
        fed,
        named(feeds.map(({ node }) => node)),
        named(fetches),
      )
      return outputs.map(({ id }) => {
        const values = binding.tensorDataSync(id)
        binding.deleteTensor(id)
        return values
      })
    } finally {
      for (const id of fed) binding.deleteTensor(id)
    }
  }

  /** For a session that TensorFlow may still read when its owner is done with it: it is not deleted then. */
  keepToTheEnd(): void {
    this.#isKept = true
  }

  dispose(): void {
    if (!this.#isKept) this.#binding.deleteSavedModel(this.#id)
  }
}

function typeOf(binding: TensorFlowBinding, values: Feed['values']): number {
  if (values instanceof Float32Array) return binding.TF_FLOAT
  return values instanceof Int32Array ? binding.TF_INT32 : binding.TF_UINT8
}
