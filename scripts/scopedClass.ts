import { basename } from 'node:path'

/**
 * The class of a CSS module in the page: `RunTable-row` for `.row` of RunTable.module.css. Component files
 * have unique names.
 */
export function scopedClass(name: string, file: string): string {
  return `${basename(file.split('?')[0] ?? file, '.module.css')}-${name}`
}
