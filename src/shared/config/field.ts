import { z } from 'zod'

/** What a form, a help text and a document say of a field. */
export interface FieldMeta {
  /** Its name for people, in sentence case: `Learning rate`. */
  readonly label: string
  readonly description: string
  readonly unit?: string
  /** What a term of art in it means, for those who have not met it. */
  readonly hint?: string
  readonly vStarInput?: boolean
  /** Its text may be the path of one. */
  readonly pathOf?: 'folder' | 'file'
}

/** A schema with its label, description, unit and part in the V* hash attached. */
export function field<T extends z.ZodType>(schema: T, meta: FieldMeta): T {
  return schema.meta({ ...meta })
}

/** A whole number of things. */
export const count = (least: number) => z.int().min(least).max(1_000_000_000)
