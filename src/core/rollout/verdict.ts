import type { Verdict } from './rollout.ts'

/**
 * `pag`: the reference code's rule. The text must end with one of the two sentences, case and full stop
 * included; one trailing newline is tolerated. `tolerant`: also another case, bold, no full stop, trailing
 * white space.
 */
export type VerdictParser = 'tolerant' | 'pag'

/**
 * The judgement at the end of a verdict turn. Where both sentences occur, the last one counts; both in its
 * line, or a denied one ("not correct", "I do not think the answer is correct"), are unparsed. Source: PAG,
 * arXiv 2506.10406, and its code.
 *
 * @param text the completion decoded without special tokens; a truncated completion is not for this function,
 *   it is unparsed whatever it says
 */
export function parseVerdict(text: string, parser: VerdictParser): Verdict {
  switch (parser) {
    case 'pag':
      return parseStrictly(text)
    case 'tolerant':
      return parseTolerantly(text)
  }
}

function parseStrictly(text: string): Verdict {
  const ending = text.endsWith('\n') ? text.slice(0, -1) : text
  if (ending.endsWith('The answer is correct.')) return 'correct'
  if (ending.endsWith('The answer is wrong.')) return 'wrong'
  return 'unparsed'
}

const SENTENCE = /\bthe\s+answer\s+is\s+(correct|wrong)\b/gi
const SENTENCE_AT_END = /\bthe\s+answer\s+is\s+(correct|wrong)\s*\.?$/i
/** Where a new clause begins: "there is no mistake, so the answer is correct" denies nothing. */
const CLAUSE_START = /[.,;:!?()]|\b(?:so|thus|hence|therefore|means|conclude)\b/gi
const DENIAL = /\b(?:not|never|cannot|no|whether|neither|nor)\b|n['’]t\b/i

function parseTolerantly(text: string): Verdict {
  const lines = text.trimEnd().split('\n')
  const line = withoutBold(lines[lines.length - 1] ?? '').trim()
  const ending = SENTENCE_AT_END.exec(line)
  if (ending === null) return 'unparsed'
  const named = new Set([...line.matchAll(SENTENCE)].map((match) => match[1].toLowerCase()))
  if (named.size !== 1) return 'unparsed'
  const clause = line.slice(0, ending.index).split(CLAUSE_START).at(-1) ?? ''
  if (DENIAL.test(clause)) return 'unparsed'
  return ending[1].toLowerCase() === 'correct' ? 'correct' : 'wrong'
}

/** Markdown and LaTeX emphasis taken off; what it wraps stays. */
function withoutBold(line: string): string {
  return line.replace(/\\(?:textbf|mathbf|emph|textit)\{([^{}]*)\}/g, '$1').replace(/[*_`]+/g, '')
}
