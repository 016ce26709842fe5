import type { TemplateValue } from './jinja.ts'

/** A chat template that asked for more than a prompt can need. */
export class TemplateLimitError extends Error {}

/**
 * What rendering one conversation may cost. A chat template is a program by whoever made the model folder;
 * the longest templates in use take some thousand steps, and at these limits the worst one is refused within
 * about a second.
 */
export const templateLimits = {
  /** Expressions evaluated, and items and characters (256 count as one) that they look at. */
  steps: 1_000_000,
  /** Characters of one text, beyond four times those of the conversation. */
  characters: 500_000,
  /** Items of one list. */
  items: 10_000,
  /** Characters of all texts made on the way; an item of a list counts as 16. */
  madeCharacters: 16_000_000,
  /** Expressions, blocks and macro calls inside one another. */
  depth: 300,
} as const

/** Items inside one another: a namespace can be made to hold itself. */
const deepestValue = 30

export interface Size {
  characters: number
  items: number
}

/** Counts what one rendering costs. */
export class RenderBudget {
  readonly #longest: number
  readonly #mostMade: number
  readonly #mostSteps: number
  #steps = 0
  #made = 0
  #depth = 0

  /** @param conversationCharacters  of all messages: a long conversation may cost more than a short one */
  constructor(conversationCharacters: number) {
    this.#longest = templateLimits.characters + 4 * conversationCharacters
    this.#mostMade = templateLimits.madeCharacters + 50 * conversationCharacters
    this.#mostSteps = templateLimits.steps + 10 * conversationCharacters
  }

  /** @throws TemplateLimitError, as every method here, where a limit is passed */
  enter(): void {
    this.spend(1)
    if (++this.#depth > templateLimits.depth) refuse('nests', templateLimits.depth, 'expressions')
  }

  leave(): void {
    this.#depth--
  }

  spend(steps: number): void {
    this.#steps += steps
    if (!(this.#steps <= this.#mostSteps)) refuse('takes', this.#mostSteps, 'steps')
  }

  make({ characters, items }: Size): void {
    this.#made += characters + 16 * items
    if (!(this.#made <= this.#mostMade)) refuse('makes', this.#mostMade, 'characters of text on the way')
  }

  requireText(characters: number): void {
    if (!(characters <= this.#longest)) refuse('makes a text of', this.#longest, 'characters')
  }

  requireItems(items: number): void {
    if (!(items <= templateLimits.items)) refuse('makes a list of', templateLimits.items, 'items')
  }

  /** Looking for a text inside another one, character by character at worst. */
  search(text: string, wanted: string): void {
    this.spend((text.length * (1 + wanted.length)) / 1024)
  }

  /** Characters and items of a value; what it holds twice counts twice, because writing it out takes both. */
  sizeOf(value: TemplateValue): Size {
    const size: Size = { characters: 0, items: 0 }
    this.#measure(value, size, 0)
    this.spend(1 + size.items + size.characters / 256)
    return size
  }

  #measure(value: TemplateValue, size: Size, depth: number): void {
    const held = value.value
    if (typeof held === 'string') {
      size.characters += held.length
      this.requireText(size.characters)
      return
    }
    const items = Array.isArray(held) ? held : null
    const entries = held instanceof Map ? held : null
    if (items === null && entries === null) return
    if (depth > deepestValue) refuse('nests', deepestValue, 'lists')
    size.items += items?.length ?? entries?.size ?? 0
    this.requireItems(size.items)
    for (const item of items ?? []) this.#measure(item, size, depth + 1)
    for (const [key, item] of entries ?? []) {
      size.characters += key.length
      this.#measure(item, size, depth + 1)
    }
  }
}

function refuse(what: string, most: number, unit: string): never {
  throw new TemplateLimitError(`it ${what} more than ${most.toLocaleString('en-US')} ${unit}`)
}
