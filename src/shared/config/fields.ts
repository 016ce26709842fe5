import { canonicalJson } from '../text/canonicalJson.ts'
import type { FieldMeta } from './field.ts'
import { runConfigSchema } from './schema.ts'
import type { RunConfig } from './parseConfig.ts'

export type FieldKind = 'text' | 'integer' | 'number' | 'switch' | 'choice' | 'list' | 'group'

/** One field of the config as a form, a help text or a document needs it. */
export interface ConfigField {
  /** Dotted: `optimizer.learningRate`. */
  readonly path: string
  /** Its name for people: `Learning rate`. */
  readonly label: string
  readonly description: string
  /** What a term of art in it means; null where there is none. */
  readonly hint: string | null
  readonly unit: string | null
  /** What it takes besides its choices; `number` for a union of a number and names. */
  readonly kind: FieldKind
  /** Names it takes; empty where it takes none. */
  readonly choices: readonly string[]
  readonly nullable: boolean
  readonly min: number | null
  readonly max: number | null
  readonly defaultValue: unknown
  /** Part of the hash of a V* artifact. */
  readonly isVStarInput: boolean
  /** What its text may be the path of; null where it is no path. */
  readonly pathOf: 'folder' | 'file' | null
  /** Fields within the value where it is a group of its own (`model.lora.rank`); empty for all others. */
  readonly inner: readonly ConfigField[]
}

/** What is read of a zod schema's own description of itself. */
interface SchemaNode {
  readonly def: {
    readonly type: string
    readonly innerType?: SchemaNode
    readonly defaultValue?: unknown
    readonly options?: readonly SchemaNode[]
    readonly element?: SchemaNode
    readonly entries?: Readonly<Record<string, string>>
  }
  readonly shape?: Readonly<Record<string, SchemaNode>>
  readonly format?: string | null
  readonly minValue?: number | null
  readonly maxValue?: number | null
  meta(): Partial<FieldMeta> | undefined
}

interface Shape {
  kind: FieldKind
  choices: string[]
  nullable: boolean
  min: number | null
  max: number | null
}

/** Every field in the order of the schema; groups are flattened into dotted paths. */
export const configFields: readonly ConfigField[] = fieldsOf(runConfigSchema as unknown as SchemaNode, '')

/**
 * Every field that a form shows: those of groups that are one value (`model.lora`, a file as `data.source`,
 * one as the source of `warmUp`) among them.
 */
export const allConfigFields: readonly ConfigField[] = configFields.flatMap(withInner)

/** A field and those within its value, to the last. */
export function withInner(field: ConfigField): readonly ConfigField[] {
  return [field, ...field.inner.flatMap(withInner)]
}

/** The fields that decide what stage 1 samples: the parts of a V* artifact's hash. */
export const vStarInputFields: readonly string[] = configFields
  .filter((each) => each.isVStarInput)
  .map((each) => each.path)

/** The value at a dotted path of a config (undefined where there is none). */
export function valueAtPath(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>(
    (inner, key) =>
      // its own only: every list has a "filter"
      inner !== null && typeof inner === 'object' && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  )
}

/**
 * Config fields part of the V* hash, each as canonical JSON; the host adds the hashes of files and template.
 */
export function vStarConfigInputs(config: RunConfig): Readonly<Record<string, string>> {
  return Object.fromEntries(vStarInputFields.map((path) => [path, canonicalJson(valueAtPath(config, path))]))
}

/** A config as one text, equal for equal configs: keys sorted, no spaces. The host hashes it. */
export function canonicalConfig(config: RunConfig): string {
  return canonicalJson(config)
}

function fieldsOf(node: SchemaNode, prefix: string): ConfigField[] {
  const { def } = node
  if (node.meta()?.description === undefined && def.innerType !== undefined)
    return fieldsOf(def.innerType, prefix)
  if (node.meta()?.description === undefined && node.shape !== undefined) {
    return Object.entries(node.shape).flatMap(([key, inner]) =>
      fieldsOf(inner, prefix === '' ? key : `${prefix}.${key}`),
    )
  }
  const shape: Shape = { kind: 'text', choices: [], nullable: false, min: null, max: null }
  describe(node, shape)
  const meta = node.meta()
  return [
    {
      path: prefix,
      label: meta?.label ?? prefix,
      description: meta?.description ?? '',
      hint: meta?.hint ?? null,
      unit: meta?.unit ?? null,
      ...shape,
      defaultValue: def.defaultValue,
      isVStarInput: meta?.vStarInput ?? false,
      pathOf: meta?.pathOf ?? null,
      inner: innerFields(node, prefix),
    },
  ]
}

/** Fields of the object that a field may hold, whatever wraps it (default, null, a union). */
function innerFields(node: SchemaNode, prefix: string): ConfigField[] {
  const { innerType, options = [] } = node.def
  if (node.shape !== undefined) {
    return Object.entries(node.shape).flatMap(([key, inner]) => fieldsOf(inner, `${prefix}.${key}`))
  }
  return [...(innerType === undefined ? [] : [innerType]), ...options].flatMap((each) =>
    innerFields(each, prefix),
  )
}

/** Reads a schema from outside in: default and null wrap the kind. */
function describe(node: SchemaNode, shape: Shape): void {
  const { def } = node
  switch (def.type) {
    case 'nullable':
      shape.nullable = true
      break
    case 'number':
      shape.kind = node.format === 'safeint' ? 'integer' : 'number'
      shape.min = finiteOrNull(node.minValue)
      shape.max = finiteOrNull(node.maxValue)
      break
    case 'boolean':
      shape.kind = 'switch'
      break
    case 'enum':
      shape.choices.push(...Object.values(def.entries ?? {}))
      if (shape.kind === 'text') shape.kind = 'choice'
      break
    case 'array':
      shape.kind = 'list'
      if (def.element?.def.type === 'enum') describe(def.element, shape)
      break
    case 'object':
      shape.kind = 'group'
      break
    case 'union':
      for (const option of def.options ?? []) describe(option, shape)
      break
  }
  if (def.innerType !== undefined) describe(def.innerType, shape)
}

function finiteOrNull(bound: number | null | undefined): number | null {
  return bound === undefined || bound === null || !Number.isFinite(bound) || Math.abs(bound) >= 1e9
    ? null
    : bound
}
