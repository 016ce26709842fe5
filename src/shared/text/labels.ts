import { z } from 'zod'
import { plainLine, plainText } from './plainText.ts'

// What a user may write on a run, whichever way it comes in: a config's YAML, `--set`, an option, a page.

export const longestName = 200
/** Characters of a tag, at most. */
export const longestTag = 60
export const mostTags = 50
export const longestNotes = 20_000

/** One line as a list shows it; may be empty. */
export const labelText = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .refine((text) => plainLine(text) === text, 'one line without control characters')

/** A name that has to be there. */
export const nameText = (most: number) => labelText(most).min(1, 'a name that is not blank')

/** Several lines, which end as they do on this system's editors or on another's. */
export const notesText = z
  .string()
  .overwrite((text) => text.replaceAll(/\r\n?/g, '\n'))
  .max(longestNotes)
  .refine((text) => plainText(text) === text, 'text without control characters')

interface Labels {
  readonly name: string
  readonly notes: string
  readonly group: string | null
  readonly tags: readonly string[]
}

/** What was stored before there was a rule, as it may be shown. */
export function plainLabels<L extends Labels>(labels: L): L {
  return {
    ...labels,
    name: plainLine(labels.name),
    notes: plainText(labels.notes),
    group: labels.group === null ? null : plainLine(labels.group),
    tags: labels.tags.map(plainLine),
  }
}
