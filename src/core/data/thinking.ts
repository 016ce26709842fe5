/** How model makers mark what a model thinks before it answers. */
export const thinkingMarks: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<thoughts>', '</thoughts>'],
  ['<reasoning>', '</reasoning>'],
  ['<scratchpad>', '</scratchpad>'],
  ['<seed:think>', '</seed:think>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
  ['<|START_THINKING|>', '<|END_THINKING|>'],
]

const closingMarks: ReadonlySet<string> = new Set(thinkingMarks.map(([, close]) => close.toLowerCase()))
const mark = new RegExp(thinkingMarks.flat().map(escaped).join('|'), 'gi')

function escaped(text: string): string {
  return text.replace(/[[\]|]/g, '\\$&')
}

function isClosing(text: string): boolean {
  return closingMarks.has(text.toLowerCase())
}

/**
 * What a completion says outside its thinking. A block that never closes reaches to the end. A closing mark
 * without an opening one ends a block that the prompt opened: everything before it is thinking.
 *
 * @param startsInside  the prompt's last words opened a block, so that the completion begins in it
 */
export function outsideThinking(text: string, startsInside = false): string {
  let outside = ''
  let isInside = startsInside
  let at = 0
  for (const match of text.matchAll(mark)) {
    const closes = isClosing(match[0])
    if (closes && !isInside) outside = ''
    else if (!isInside) outside += `${text.slice(at, match.index)}\n`
    isInside = !closes
    at = match.index + match[0].length
  }
  return isInside ? outside : outside + text.slice(at)
}

/** Whether a prompt's last words open a thinking block: the chat template writes `<think>` for the model. */
export function endsInThinking(prompt: string): boolean {
  const last = [...prompt.matchAll(mark)].at(-1)
  return last !== undefined && !isClosing(last[0]) && prompt.trimEnd().endsWith(last[0])
}
