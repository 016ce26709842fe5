import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { templateNamed, TRY_AGAIN } from '../../../core/data/templates.ts'
import type { AnswerMarker, PromptTemplate } from '../../../core/data/promptTemplate.ts'
import { automaticTemplate } from '../../../core/tokens/automaticTemplate.ts'
import type { Tokenizer } from '../../../core/tokens/tokenizer.ts'

const TemplateFile = z.strictObject({
  name: z.string().min(1),
  layout: z.enum(['chat', 'plain']),
  answerMarker: z.enum(['hash', 'boxed']),
  system: z.string().min(1).nullable().default(null),
  attempt: z.string().includes('{question}', { error: 'expected the placeholder {question} somewhere' }),
  verdict: z.string().min(1),
  revision: z.string().min(1),
  retry: z.string().min(1).default(TRY_AGAIN),
})

/**
 * The template that a config's `template` asks for: `auto`, the name of one that comes with the program, or
 * the path of a .yaml, .yml or .json file.
 *
 * @param marker  for `auto`: how the data set's solutions mark their answer
 * @throws RecheckError `template.unknown`, `template.invalid`
 */
export async function chooseTemplate(
  name: string,
  tokenizer: Tokenizer,
  marker: AnswerMarker,
): Promise<PromptTemplate> {
  if (name === 'auto') return automaticTemplate(tokenizer, marker)
  return /\.(ya?ml|json)$/.test(name) ? readTemplate(name) : templateNamed(name)
}

async function readTemplate(path: string): Promise<PromptTemplate> {
  // most templates come with the program, and those that read them need no YAML
  const { parseYaml } = await import('../../../shared/text/yamlText.ts')
  let value: unknown
  try {
    value = parseYaml(await readFile(path, 'utf8'))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RecheckError('template.invalid', `${path}: expected a template in YAML or JSON: ${reason}`)
  }
  const parsed = TemplateFile.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RecheckError(
    'template.invalid',
    `${path} is not a valid template:\n${z.prettifyError(parsed.error)}\nSee docs/data.md.`,
  )
}
