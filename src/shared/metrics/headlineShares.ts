/**
 * The shares that sum an evaluation up where there is room for a few, in their order, by the name of a short
 * table.
 */
export const headlineShares = [
  ['accuracy/attempt', 'Acc@t1'],
  ['accuracy/final', 'Acc@final'],
  ['verifier/accuracy', 'verifier accuracy'],
  ['verifier/correctRecall', 'correct recall'],
  ['verifier/wrongRecall', 'wrong recall'],
  ['revision/rate', 'revision rate'],
] as const
