import type { z } from 'zod'

export type JsonSchema = z.core.JSONSchema.JSONSchema | z.core.JSONSchema._JSONSchema

/** A JSON schema as a TypeScript-like outline, descriptions as comments. */
export function describeSchema(schema: JsonSchema, indent = ''): string {
  if (typeof schema === 'boolean') return 'unknown'
  const alternatives = schema.anyOf ?? schema.oneOf
  if (alternatives) return alternatives.map((one) => describeSchema(one, indent)).join(' | ')
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.type === 'object') return describeObject(schema, indent)
  if (schema.type === 'array') {
    const items =
      Array.isArray(schema.items) || schema.items === undefined
        ? 'unknown'
        : describeSchema(schema.items, indent)
    return `${items.includes(' | ') ? `(${items})` : items}[]`
  }
  if (Array.isArray(schema.type)) return schema.type.join(' | ')
  return schema.type ?? 'unknown'
}

function describeObject(schema: z.core.JSONSchema.BaseSchema, indent: string): string {
  const inner = `${indent}  `
  const required = new Set(schema.required)
  const lines = Object.entries(schema.properties ?? {}).map(([name, value]) => {
    const comment = typeof value === 'object' && value.description ? ` // ${value.description}` : ''
    return `${inner}${name}${required.has(name) ? '' : '?'}: ${describeSchema(value, inner)}${comment}`
  })
  if (lines.length > 0) return ['{', ...lines, `${indent}}`].join('\n')
  const values = schema.additionalProperties
  return values === undefined || values === false
    ? '{}'
    : `{ [name: string]: ${describeSchema(values, indent)} }`
}
