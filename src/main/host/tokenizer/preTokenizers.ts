import { z } from 'zod'
import {
  inside,
  invalidTokenizer,
  partsOf,
  readKind,
  type LibraryPart,
  type JsonLocation,
} from './invalidTokenizer.ts'
import { matched, pattern, regexOf, type Pattern } from './pattern.ts'

const behaviors = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const
const behavior = z.enum(behaviors)
type Behavior = z.infer<typeof behavior>
const oneCharacter = z.string().refine((text) => [...text].length === 1, 'expected one character')

const kinds = {
  Split: z.strictObject({ type: z.literal('Split'), pattern, behavior, invert: z.boolean().default(false) }),
  Punctuation: z.strictObject({ type: z.literal('Punctuation'), behavior: behavior.default('Isolated') }),
  Digits: z.strictObject({ type: z.literal('Digits'), individual_digits: z.boolean().default(false) }),
  Whitespace: z.strictObject({ type: z.literal('Whitespace') }),
  WhitespaceSplit: z.strictObject({ type: z.literal('WhitespaceSplit') }),
  BertPreTokenizer: z.strictObject({ type: z.literal('BertPreTokenizer') }),
  CharDelimiterSplit: z.strictObject({ type: z.literal('CharDelimiterSplit'), delimiter: oneCharacter }),
  ByteLevel: z.strictObject({
    type: z.literal('ByteLevel'),
    add_prefix_space: z.boolean().default(false),
    trim_offsets: z.boolean().optional(),
    use_regex: z.boolean().default(true),
  }),
  Metaspace: z.strictObject({
    type: z.literal('Metaspace'),
    replacement: oneCharacter,
    prepend_scheme: z.enum(['always', 'never', 'first']).optional(),
    split: z.boolean().default(true),
    /** Of files from before `prepend_scheme`. */
    add_prefix_space: z.boolean().optional(),
    str_rep: z.string().optional(),
  }),
}
type PreTokenizer = z.infer<(typeof kinds)[keyof typeof kinds]>

/** As Rust's `is_punctuation`: Unicode's punctuation, and the signs of ASCII. */
const punctuation = String.raw`[\p{P}!-/:-@\[-` + '`' + String.raw`{-~]`
/** What GPT-2 splits by. */
const wordsOfGpt2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

/**
 * The pre-tokenizer for the library, which knows two of the five ways to split, keeps only matches when
 * inverted, and splits at ASCII's letters, digits and blanks where Python splits at Unicode's: every part is
 * written as one that both read alike.
 *
 * @throws RecheckError `tokenizer.invalid` for a part or field that is not known
 */
export function readPreTokenizer(place: JsonLocation, value: unknown): LibraryPart | null {
  const parts = partsOf(place, value, 'pretokenizers').flatMap(([at, part]) =>
    rewritten(at, readKind(at, part, kinds)),
  )
  if (parts.length === 0) return null
  return { type: 'Sequence', pretokenizers: parts }
}

function rewritten(place: JsonLocation, part: PreTokenizer): readonly LibraryPart[] {
  switch (part.type) {
    case 'Split':
      return [split(place, part.pattern, { behavior: part.behavior, isInverted: part.invert })]
    case 'Punctuation':
      return [splitAt(place, punctuation, part.behavior)]
    case 'Digits':
      return [splitAt(place, String.raw`\p{N}`, part.individual_digits ? 'Isolated' : 'Contiguous')]
    case 'Whitespace':
      return [matches(String.raw`\w+|[^\w\s]+`)]
    case 'WhitespaceSplit':
      return [splitAt(place, String.raw`\s+`, 'Removed')]
    case 'BertPreTokenizer':
      return [splitAt(place, String.raw`\s+`, 'Removed'), splitAt(place, punctuation, 'Isolated')]
    case 'CharDelimiterSplit':
      return [split(place, { String: part.delimiter }, { behavior: 'Removed', isInverted: false })]
    case 'ByteLevel':
      return byteLevel(part)
    case 'Metaspace':
      return metaspace(place, part)
  }
}

function byteLevel({
  add_prefix_space: prefix,
  use_regex: hasWords,
}: Extract<PreTokenizer, { type: 'ByteLevel' }>): readonly LibraryPart[] {
  const bytes = { type: 'ByteLevel', add_prefix_space: prefix, use_regex: hasWords }
  // the library's own pattern takes other blanks; with a prefix the words can only be split by the library
  // itself
  if (prefix || !hasWords) return [bytes]
  return [isolated(wordsOfGpt2), { ...bytes, use_regex: false }]
}

function metaspace(
  place: JsonLocation,
  part: Extract<PreTokenizer, { type: 'Metaspace' }>,
): readonly LibraryPart[] {
  const { replacement, add_prefix_space: hasPrefix } = part
  const scheme = part.prepend_scheme ?? 'always'
  if (hasPrefix === false && scheme !== 'never') {
    throw invalidTokenizer(
      inside(place, 'add_prefix_space'),
      `false contradicts the prepend_scheme ${scheme}`,
    )
  }
  const replaced = { type: 'Metaspace', replacement, prepend_scheme: scheme }
  if (!part.split) return [replaced]
  return [replaced, splitAt(place, regexOf({ String: replacement }), 'MergedWithNext')]
}

function split(
  place: JsonLocation,
  by: Pattern,
  { behavior: way, isInverted }: { readonly behavior: Behavior; readonly isInverted: boolean },
): LibraryPart {
  const regex = regexOf(by)
  if (!isInverted || way === 'Isolated') return splitAt(place, regex, way)
  if (way === 'Removed') return matches(regex)
  throw invalidTokenizer(inside(place, 'invert'), `true is not supported together with the behavior ${way}`)
}

function splitAt(place: JsonLocation, regex: string, way: Behavior): LibraryPart {
  const other = String.raw`(?:(?!${regex})[\s\S])`
  switch (way) {
    case 'Isolated':
      return isolated(regex)
    case 'Removed':
      if (matched(regex))
        throw invalidTokenizer(place, 'a pattern with groups is not supported with the behavior Removed')
      return { type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: false }
    case 'Contiguous':
      return isolated(`(?:${regex})+`)
    case 'MergedWithPrevious':
      return isolated(`${other}*(?:${regex})|${other}+`)
    case 'MergedWithNext':
      return isolated(`(?:${regex})${other}*|${other}+`)
  }
}

function isolated(regex: string): LibraryPart {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false }
}

/** Only what matches is kept. */
function matches(regex: string): LibraryPart {
  return { type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: true }
}
