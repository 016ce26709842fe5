import { z } from 'zod'
import { partsOf, readKind, type JsonLocation } from './invalidTokenizer.ts'

const oneCharacter = z.string().refine((text) => [...text].length === 1, 'expected one character')
const flags = {
  add_prefix_space: z.boolean().optional(),
  trim_offsets: z.boolean().optional(),
  use_regex: z.boolean().optional(),
}

const kinds = {
  ByteLevel: z.strictObject({ type: z.literal('ByteLevel'), ...flags }),
  ByteFallback: z.strictObject({ type: z.literal('ByteFallback') }),
  Fuse: z.strictObject({ type: z.literal('Fuse') }),
  Strip: z.strictObject({
    type: z.literal('Strip'),
    content: oneCharacter,
    start: z.int().min(0).max(1_000),
    stop: z.int().min(0).max(1_000),
  }),
  Replace: z.strictObject({
    type: z.literal('Replace'),
    pattern: z.strictObject(
      { String: z.string().min(1).max(1_000) },
      'only a pattern {"String": …} is supported',
    ),
    content: z.string().max(1_000),
  }),
  Metaspace: z.strictObject({
    type: z.literal('Metaspace'),
    replacement: oneCharacter,
    prepend_scheme: z.enum(['always', 'never', 'first']).default('always'),
    split: z.boolean().optional(),
    add_prefix_space: z.boolean().optional(),
    str_rep: z.string().optional(),
  }),
  WordPiece: z.strictObject({
    type: z.literal('WordPiece'),
    prefix: z.string().min(1),
    cleanup: z.boolean(),
  }),
  BPEDecoder: z.strictObject({ type: z.literal('BPEDecoder'), suffix: z.string().min(1) }),
}
type Decoder = z.infer<(typeof kinds)[keyof typeof kinds]>

/** From the texts of tokens to texts that only have to be joined. */
type DecodeStep = (tokens: readonly string[]) => readonly string[]

/**
 * How tokens become text, as Python's tokenizers does it: the library's decoders drop a byte order mark and
 * write a broken character as fewer marks.
 *
 * @throws RecheckError `tokenizer.invalid`
 */
export function readDecoder(place: JsonLocation, value: unknown): (tokens: readonly string[]) => string {
  const steps = partsOf(place, value, 'decoders').map(([at, part]) => stepOf(readKind(at, part, kinds)))
  if (steps.length === 0) return (tokens) => tokens.join(' ')
  return (tokens) => steps.reduce<readonly string[]>((texts, step) => step(texts), tokens).join('')
}

function stepOf(part: Decoder): DecodeStep {
  switch (part.type) {
    case 'ByteLevel':
      return (tokens) => [lossy.decode(Uint8Array.from(tokens.flatMap(bytesOf)))]
    case 'ByteFallback':
      return fallenBack
    case 'Fuse':
      return (tokens) => [tokens.join('')]
    case 'Strip':
      return (tokens) => tokens.map((token) => stripped(token, part))
    case 'Replace':
      return (tokens) => tokens.map((token) => token.split(part.pattern.String).join(part.content))
    case 'Metaspace':
      return (tokens) =>
        tokens.map((token, index) =>
          token.replaceAll(part.replacement, index === 0 && part.prepend_scheme !== 'never' ? '' : ' '),
        )
    case 'WordPiece':
      return (tokens) => tokens.map((token, index) => wordPiece(token, index, part))
    case 'BPEDecoder':
      return (tokens) =>
        tokens.map((token, index) => token.split(part.suffix).join(index === tokens.length - 1 ? '' : ' '))
  }
}

const lossy = new TextDecoder('utf-8', { ignoreBOM: true })
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** Byte of each character that byte-level tokens are written with: printable ones stand for themselves. */
const byteOf: ReadonlyMap<string, number> = byteCharacters()

function byteCharacters(): Map<string, number> {
  const printable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff)
  const table = new Map<string, number>()
  let next = 256
  for (let byte = 0; byte < 256; byte++)
    table.set(String.fromCodePoint(printable(byte) ? byte : next++), byte)
  return table
}

/** A token that is not written in such characters (an added one) is text. */
function bytesOf(token: string): readonly number[] {
  const bytes: number[] = []
  for (const character of token) {
    const byte = byteOf.get(character)
    if (byte === undefined) return [...new TextEncoder().encode(token)]
    bytes.push(byte)
  }
  return bytes
}

/** Runs of `<0x0A>` as the characters they are, or one mark for each byte where they are none. */
function fallenBack(tokens: readonly string[]): readonly string[] {
  const texts: string[] = []
  let run: number[] = []
  const close = (): void => {
    if (run.length > 0) texts.push(charactersOf(run))
    run = []
  }
  for (const token of tokens) {
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1]
    if (byte === undefined) {
      close()
      texts.push(token)
    } else run.push(Number.parseInt(byte, 16))
  }
  close()
  return texts
}

function charactersOf(run: readonly number[]): string {
  try {
    return strict.decode(Uint8Array.from(run))
  } catch {
    return '\ufffd'.repeat(run.length)
  }
}

function stripped(token: string, { content, start, stop }: Extract<Decoder, { type: 'Strip' }>): string {
  const characters = [...token]
  let first = 0
  while (first < start && characters[first] === content) first++
  let end = characters.length
  while (characters.length - end < stop && end > first && characters[end - 1] === content) end--
  return characters.slice(first, end).join('')
}

function wordPiece(
  token: string,
  index: number,
  { prefix, cleanup }: Extract<Decoder, { type: 'WordPiece' }>,
): string {
  const text = index === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
  return cleanup ? cleanUps.reduce((cleaned, [from, to]) => cleaned.split(from).join(to), text) : text
}

/** Of Python's tokenizers, in its order. */
const cleanUps: readonly (readonly [from: string, to: string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
]
