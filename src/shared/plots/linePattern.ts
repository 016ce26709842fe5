import { lightTheme } from './plotTheme.ts'

/** How a line is drawn: with its colour it tells lines apart, also for readers who see few colours. */
export const linePatterns = ['solid', 'dashed', 'dotted'] as const
export type LinePattern = (typeof linePatterns)[number]

/** Lines of one plot that differ in colour or pattern. */
export const mostDistinctLines = lightTheme.palette.length * linePatterns.length

/** Of the line of this number, from 0: every colour solid first, then every colour dashed, then dotted. */
export function patternOf(line: number, colours: number = lightTheme.palette.length): LinePattern {
  return linePatterns[Math.floor(line / colours) % linePatterns.length] ?? 'solid'
}
