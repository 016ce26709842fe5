/** Most rows that decode together, where nobody asks for another number. */
export const mostRowsTogether = 192

/** Bytes of the logits of one step, with what drawing makes of them. */
const logitsBytes = 64e6

/** Rows whose logits of one step those bytes hold. */
export function rowsOfLogits(vocabularySize: number): number {
  return Math.ceil(logitsBytes / (4 * vocabularySize))
}

/** Rows that decode together: fewer with a large vocabulary. */
export function rowsTogether(vocabularySize: number): number {
  return Math.min(mostRowsTogether, rowsOfLogits(vocabularySize))
}
