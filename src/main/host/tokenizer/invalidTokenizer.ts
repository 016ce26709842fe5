import type { z } from 'zod'
import { describe, isJsonObject, type JsonObject } from '../../../core/model/config/configFields.ts'
import { firstLines } from '../../../shared/text/plainText.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'

/**
 * Where in a file a value stands: the file's path, then names and numbers of fields
 * (`pre_tokenizer.pretokenizers[0]`).
 */
export interface JsonLocation {
  readonly file: string
  readonly path: string
}

export function inside({ file, path }: JsonLocation, field: string | number): JsonLocation {
  const step = typeof field === 'number' ? `[${field}]` : path === '' ? field : `.${field}`
  return { file, path: path + step }
}

/** @param problem  what was expected and what came; one sentence without its full stop */
export function invalidTokenizer({ file, path }: JsonLocation, problem: string): RecheckError {
  return new RecheckError(
    'tokenizer.invalid',
    `${file}: ${path === '' ? '' : `${path}: `}${problem}. Save the tokenizer again with transformers, or use a model ` +
      'folder whose tokenizer has no such part.',
  )
}

/**
 * One object of a kind that its `type` names. @throws RecheckError `tokenizer.invalid` with the place of what
 * is wrong
 */
export function readKind<Schema extends z.ZodType>(
  place: JsonLocation,
  value: unknown,
  kinds: Readonly<Record<string, Schema>>,
): z.infer<Schema> {
  if (!isJsonObject(value))
    throw invalidTokenizer(place, `expected an object or null, got ${describe(value)}`)
  const type = value['type']
  const schema = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined
  if (schema === undefined) {
    throw invalidTokenizer(
      inside(place, 'type'),
      `expected one of ${Object.keys(kinds).join(', ')}; got ${describe(type)}`,
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) =>
    [path.join('.'), message].filter(Boolean).join(': '),
  )
  throw invalidTokenizer(place, firstLines(problems, 3).join('; '))
}

/** Parts of a `Sequence`, however deep: no tokenizer in use has more than a handful. */
const mostParts = 64
const deepest = 4

/**
 * The single parts of a step of the tokenizer: none for null, several for a `Sequence`.
 *
 * @param listName  the field in which a sequence keeps its parts
 */
export function partsOf(
  place: JsonLocation,
  value: unknown,
  listName: string,
  depth = 0,
): readonly (readonly [JsonLocation, unknown])[] {
  if (value === null || value === undefined) return []
  if (!isJsonObject(value) || value['type'] !== 'Sequence') return [[place, value]]
  const list: unknown = value[listName]
  const at = inside(place, listName)
  if (!Array.isArray(list)) throw invalidTokenizer(at, `expected a list, got ${describe(list)}`)
  if (depth >= deepest)
    throw invalidTokenizer(at, `sequences stand more than ${deepest} deep inside one another`)
  const parts = list.flatMap((part, index) => partsOf(inside(at, index), part, listName, depth + 1))
  if (parts.length > mostParts) throw invalidTokenizer(at, `it has more than ${mostParts} parts`)
  return parts
}

/** What the library is given for a step. */
export type LibraryPart = JsonObject
