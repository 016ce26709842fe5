import type { DrawKind } from '../decoder/functions/draw.ts'
import type { DrawSettings } from './nextToken.ts'
import { keepsAll } from './nextToken.ts'

/** The graph that draws as the settings say. */
export function drawKindOf(settings: DrawSettings, vocabularySize: number): DrawKind {
  if (settings.temperature === 0) return 'greedy'
  return keepsAll(vocabularySize, settings) ? 'all' : 'top'
}
