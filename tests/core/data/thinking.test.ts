import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastBoxedAnswer } from '../../../src/core/data/boxedAnswer.ts'
import { goldAnswer, goldAnswerOfText } from '../../../src/core/data/goldAnswer.ts'
import { endsInThinking, outsideThinking } from '../../../src/core/data/thinking.ts'

const outside = (text: string, startsInside = false): string =>
  outsideThinking(text, startsInside).replace(/\s+/g, ' ').trim()

test('what is said outside the thinking, whatever the number and state of its blocks', () => {
  assert.equal(outside('no marks at all'), 'no marks at all')
  assert.equal(outside('<think>a</think> b'), 'b')
  assert.equal(outside('a <think>b</think> c <think>d</think> e'), 'a c e')
  assert.equal(outside('a <think>b'), 'a')
  // the prompt opened the block
  assert.equal(outside('a </think> b'), 'b')
  assert.equal(outside('a', true), '')
  assert.equal(outside('a </think> b', true), 'b')
  // a mark named inside the thinking
  assert.equal(outside('<think>shall I write <think>?</think> b'), 'b')
  assert.equal(outside('<think>a</think> b </think> c'), 'c')
  assert.equal(outside('I think a < b, so <b>x</b> <thinker>'), 'I think a < b, so <b>x</b> <thinker>')
})

test('a prompt opens a thinking block only with its last words', () => {
  assert.equal(endsInThinking('<|im_start|>assistant\n<think>\n'), true)
  assert.equal(endsInThinking('<|im_start|>assistant\n<think>\n\n</think>\n\n'), false)
  assert.equal(endsInThinking('Think between <think> and </think>.<|im_start|>assistant\n'), false)
  assert.equal(endsInThinking('Open with <think>.<|im_start|>assistant\n'), false)
  assert.equal(endsInThinking(''), false)
})

test('the known answer of a worked solution: thinking left out, the last box with content, the whole line', () => {
  assert.equal(goldAnswer('<think>\\boxed{7}</think> So \\boxed{9}.', 'boxed'), '9')
  assert.equal(goldAnswer('<think>\\boxed{7}</think> So 9.', 'boxed'), null)
  assert.equal(goldAnswer('\\boxed{9}, in \\boxed{}', 'boxed'), '9')
  assert.equal(goldAnswer('<think>#### 7</think>\n#### 9', 'hash'), '9')
  for (const whole of ['10 000', '$9{,}500', '8 hours and 30 minutes', '1,234.50', '−5', '3/4'])
    assert.equal(goldAnswer(`so\n#### ${whole}\n`, 'hash'), whole)
  assert.equal(goldAnswerOfText('so \\framebox{9}'), '9')
  assert.equal(goldAnswerOfText('10 000'), '10 000')
})

test('20,000 boxes, closed or not, are read in one pass', () => {
  const texts = ['\\boxed{', '\\boxed{1}', '\\boxed', '\\boxed{}', '}\\boxed{', '\\boxed[']
  const start = performance.now()
  for (const text of texts) lastBoxedAnswer(text.repeat(20_000))
  assert.ok(performance.now() - start < 5_000)
})
