/** The marks that models put around their thinking; one alternative for what opens a block, one for what closes it. */
const tagNames = 'think|thinking|thoughts?|reasoning|scratchpad|seed:think'
const mark = new RegExp(
  [
    `<(?:${tagNames})>|\\[THINK\\]|◁think▷|<\\|begin_of_thought\\|>|<\\|START_THINKING\\|>`,
    `(?<closing></(?:${tagNames})>|\\[/THINK\\]|◁/think▷|<\\|end_of_thought\\|>|<\\|END_THINKING\\|>)`,
  ].join('|'),
  'gi',
)

/**
 * What a completion says outside its thinking. A block that never closes reaches to the end. A closing mark without
 * an opening one ends a block that the prompt opened: everything before it is thinking.
 *
 * @param startsInside  the prompt's last words opened a block, so that the completion begins in it
 */
export function outsideThinking(text: string, startsInside = false): string {
  let outside = ''
  let isInside = startsInside
  let at = 0
  for (const match of text.matchAll(mark)) {
    const isClosing = match.groups?.closing !== undefined
    if (isClosing && !isInside) outside = ''
    else if (!isInside) outside += `${text.slice(at, match.index)}\n`
    isInside = !isClosing
    at = match.index + match[0].length
  }
  return isInside ? outside : outside + text.slice(at)
}

/** Whether a prompt ends in the middle of a thinking block: the template writes `<think>` for the model. */
export function endsInsideThinking(prompt: string): boolean {
  const last = [...prompt.matchAll(mark)].at(-1)
  return last !== undefined && last.groups?.closing === undefined
}
