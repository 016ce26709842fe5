import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PromptTemplate } from '../../core/data/promptTemplate.ts'
import { conversationPrompts, type ConversationPrompts } from '../../core/tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../core/tokens/tokenizer.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { areSettled, fileStamp, type FileStamp } from '../host/machine/fileStamps.ts'
import { loadTokenizer } from '../host/model/hubTokenizer.ts'
import { loadRunProblems, problemFiles, type ProblemUse, type RunProblems } from './problems.ts'

/** How a conversation is put together: all that prompts depend on beside tokenizer and template. */
type Conversation = Pick<RunConfig, 'earlierThinking' | 'revisionContext'>

/** Parts of a config's material that take time to make, each from what it depends on and nothing else. */
export interface MaterialParts {
  /** @throws RecheckError as `loadTokenizer` */
  tokenizer(folder: string, day: string): Promise<Tokenizer>
  /** @throws RecheckError as `loadRunProblems` */
  problems(
    config: Pick<RunConfig, 'data' | 'seed'>,
    workingFolder: string,
    use: ProblemUse,
  ): Promise<RunProblems>
  /** @throws RecheckError as `conversationPrompts` */
  prompts(tokenizer: Tokenizer, template: PromptTemplate, conversation: Conversation): ConversationPrompts
}

/** Made anew for every config. */
export const freshParts: MaterialParts = {
  tokenizer: loadTokenizer,
  problems: loadRunProblems,
  prompts: (tokenizer, template, { earlierThinking, revisionContext }) =>
    conversationPrompts(tokenizer, template, earlierThinking, revisionContext),
}

/** Of configs that differ in their data or seed; a sweep goes seed by seed. */
const mostProblemSets = 16
/** In all of them together. */
const mostProblems = 50_000
const mostTokenizers = 2
const mostPrompts = 16

/**
 * Parts that configs share which agree in everything that the part depends on, its files' stamps among it:
 * what has changed on the disk is read again. A part that could not be made is made again for the next config.
 *
 * @param nowMs  ms since 1970, as the stamps of files are
 */
export function sharedParts(nowMs: () => number): MaterialParts {
  const tokenizers = new Shelf<Tokenizer>(mostTokenizers)
  const sets = new Shelf<RunProblems>(mostProblemSets, { mostInAll: mostProblems, sizeOf: countProblems })
  const promptsOf = new WeakMap<Tokenizer, Shelf<ConversationPrompts>>()
  /** Null: the files may change unseen, or cannot be listed, and whoever reads them says why. */
  const keyOf = async (files: Promise<readonly FileStamp[]>, rest: unknown): Promise<string | null> => {
    const stamps = await files.catch(() => null)
    return stamps !== null && areSettled(stamps, nowMs()) ? JSON.stringify([stamps, rest]) : null
  }
  return {
    async tokenizer(folder, day) {
      const key = await keyOf(stampsOfFolder(folder), [folder, day])
      return tokenizers.get(key, () => freshParts.tokenizer(folder, day))
    },
    async problems(config, workingFolder, use) {
      const { data, seed } = config
      const key = await keyOf(problemFiles(data, workingFolder), [data, seed, workingFolder, use])
      return sets.get(key, () => freshParts.problems({ data, seed }, workingFolder, use))
    },
    prompts(tokenizer, template, { earlierThinking, revisionContext }) {
      const known = promptsOf.get(tokenizer) ?? new Shelf<ConversationPrompts>(mostPrompts)
      promptsOf.set(tokenizer, known)
      const conversation = { earlierThinking, revisionContext }
      const key = JSON.stringify([template, conversation])
      return known.have(key, () => freshParts.prompts(tokenizer, template, conversation))
    },
  }
}

async function stampsOfFolder(folder: string): Promise<readonly FileStamp[]> {
  const names = (await readdir(folder)).sort()
  return names.flatMap((name) => fileStamp(join(folder, name), name) ?? [])
}

function countProblems({ splits }: RunProblems): number {
  return splits.train.length + splits.validation.length + splits.test.length
}

interface ShelfRoom<V> {
  readonly mostInAll: number
  readonly sizeOf: (value: V) => number
}

/** The values that were used last, so many of them and no more; the newest is there whatever its size. */
class Shelf<V> {
  readonly #most: number
  readonly #room: ShelfRoom<V> | null
  readonly #values = new Map<string, V>()

  constructor(most: number, room: ShelfRoom<V> | null = null) {
    this.#most = most
    this.#room = room
  }

  have(key: string, make: () => V): V {
    return this.#values.has(key) ? this.#used(key) : this.#put(key, make())
  }

  /** @param key  null = made, and not put here */
  async get(key: string | null, make: () => Promise<V>): Promise<V> {
    if (key === null) return make()
    return this.#values.has(key) ? this.#used(key) : this.#put(key, await make())
  }

  #used(key: string): V {
    return this.#put(key, this.#values.get(key) as V)
  }

  #put(key: string, value: V): V {
    this.#values.delete(key) // the last in the map is the one used last
    this.#values.set(key, value)
    for (const oldest of this.#values.keys()) {
      if (this.#values.size === 1 || this.#fits()) break
      this.#values.delete(oldest)
    }
    return value
  }

  #fits(): boolean {
    if (this.#values.size > this.#most) return false
    const room = this.#room
    if (room === null) return true
    const inAll = [...this.#values.values()].reduce((sum, value) => sum + room.sizeOf(value), 0)
    return inAll <= room.mostInAll
  }
}
