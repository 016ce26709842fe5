import { z } from 'zod'
import {
  invalidTokenizer,
  partsOf,
  readKind,
  type LibraryPart,
  type JsonLocation,
} from './invalidTokenizer.ts'
import { pattern } from './pattern.ts'

/** Of all replacements together: a normalizer can make a text so many times longer. */
const mostGrowth = 1_000

const kinds = {
  NFC: z.strictObject({ type: z.literal('NFC') }),
  NFD: z.strictObject({ type: z.literal('NFD') }),
  NFKC: z.strictObject({ type: z.literal('NFKC') }),
  NFKD: z.strictObject({ type: z.literal('NFKD') }),
  Lowercase: z.strictObject({ type: z.literal('Lowercase') }),
  StripAccents: z.strictObject({ type: z.literal('StripAccents') }),
  Strip: z.strictObject({ type: z.literal('Strip'), strip_left: z.boolean(), strip_right: z.boolean() }),
  Replace: z.strictObject({ type: z.literal('Replace'), pattern, content: z.string().max(mostGrowth) }),
  Prepend: z.strictObject({ type: z.literal('Prepend'), prepend: z.string().max(mostGrowth) }),
}
type Normalizer = z.infer<(typeof kinds)[keyof typeof kinds]>

/**
 * The normalizer for the library. A `Precompiled` one, which the library only approximates, is refused like
 * any that is not known.
 *
 * @throws RecheckError `tokenizer.invalid`
 */
export function readNormalizer(place: JsonLocation, value: unknown): LibraryPart | null {
  const parts = partsOf(place, value, 'normalizers').map(([at, part]) => readKind(at, part, kinds))
  const growth = parts.reduce(
    (product, part) => product * (part.type === 'Replace' ? Math.max(1, part.content.length) : 1),
    1,
  )
  if (growth > mostGrowth) throw invalidTokenizer(place, `it makes a text up to ${growth} times longer`)
  if (parts.length === 0) return null
  return { type: 'Sequence', normalizers: parts.flatMap(rewritten) }
}

function rewritten(part: Normalizer): readonly LibraryPart[] {
  switch (part.type) {
    case 'Strip':
      return [
        ...(part.strip_left ? [{ type: 'Replace', pattern: { Regex: String.raw`\A\s+` }, content: '' }] : []),
        ...(part.strip_right
          ? [{ type: 'Replace', pattern: { Regex: String.raw`\s+\z` }, content: '' }]
          : []),
      ]
    case 'Lowercase':
      // letter by letter, as Rust does it: JavaScript writes a capital sigma at the end of a word as ς
      return [{ type: 'Replace', pattern: { String: 'Σ' }, content: 'σ' }, part]
    case 'Replace':
      // a dollar sign is a text, not a group of the match
      return [{ ...part, content: part.content.replaceAll('$', '$$$$') }]
    default:
      return [part]
  }
}
