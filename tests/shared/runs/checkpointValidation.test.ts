import assert from 'node:assert/strict'
import { test } from 'node:test'
import { validationOf } from '../../../src/shared/runs/checkpointValidation.ts'
import type { Evaluation } from '../../../src/shared/runs/records.ts'
import { wilson } from '../../../src/shared/statistics.ts'

function evaluation(step: number, split: Evaluation['split'], right: number): Evaluation {
  return {
    evaluationId: `${split} ${step}`,
    runId: 'r',
    step,
    split,
    samples: 1,
    problems: 10,
    proportions: { 'accuracy/final': wilson(right, 10) },
    createdAtMs: 1,
  }
}

test('a checkpoint that was no new best has the validation of its step; one between two evaluations has none', () => {
  const evaluations = [evaluation(4, 'test', 9), evaluation(4, 'validation', 7), evaluation(8, 'test', 9)]
  assert.equal(validationOf({ step: 4, validation: null }, evaluations), 0.7)
  assert.equal(validationOf({ step: 6, validation: null }, evaluations), null)
  assert.equal(
    validationOf({ step: 8, validation: null }, evaluations),
    null,
    'the test split is another thing',
  )
  assert.equal(validationOf({ step: 6, validation: 0.8 }, []), 0.8)
})
