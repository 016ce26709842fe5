import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ChatHistory } from '../../../src/core/tokens/chatHistory.ts'
import { StreamedText } from '../../../src/core/tokens/streamedText.ts'
import type { Tokenizer } from '../../../src/core/tokens/tokenizer.ts'
import { loadTokenizer } from '../../../src/main/host/model/hubTokenizer.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

const builtin = await loadTokenizer(join(import.meta.dirname, '../../../resources/models/builtin'))

/** Every byte is a token; 0 ends a turn. A template is a function of the messages' contents. */
function byteTokenizer(template: (contents: readonly string[]) => string): Tokenizer {
  return {
    vocabularySize: 256,
    bosId: null,
    endIds: [0],
    padId: 0,
    hasChatTemplate: true,
    encode: (text) => [...new TextEncoder().encode(text)],
    decode: (ids) => new TextDecoder().decode(Uint8Array.from(ids.filter((id) => id !== 0))),
    renderChat: (messages) => template(messages.map(({ content }) => content)),
  }
}

test('the second prompt is the first, the sampled ids and what the template writes between', () => {
  const history = new ChatHistory(builtin)
  const first = history.ask('What is 47 + 38?')
  assert.deepEqual(first, builtin.encode('<bos><user>What is 47 + 38?<assistant>'))
  const completion = builtin.encode('47+38=85 #### 85<eos>')
  history.answer(completion)
  const second = history.ask('Check the answer.')
  assert.deepEqual(second, [...first, ...completion, ...builtin.encode('<user>Check the answer.<assistant>')])
})

test('a completion that was cut off gets the end token that the template writes', () => {
  const history = new ChatHistory(builtin)
  const first = history.ask('What is 47 + 38?')
  const completion = builtin.encode('47+3')
  history.answer(completion)
  const second = history.ask('Try again.')
  assert.deepEqual(second, [...first, ...completion, ...builtin.encode('<eos><user>Try again.<assistant>')])
})

test('a template that rewrites earlier turns is refused', () => {
  const rewriting = byteTokenizer((contents) => `${contents.length} messages: ${contents.join('|')}`)
  const history = new ChatHistory(rewriting)
  history.ask('a')
  history.answer([98, 0])
  assert.throws(
    () => history.ask('c'),
    (thrown) => thrown instanceof RecheckError && thrown.code === 'template.not-extendable',
  )
})

test('streamed text: half a character is held back, the pieces are the whole', () => {
  const streamed = new StreamedText(byteTokenizer(() => ''))
  const ids = [...new TextEncoder().encode('aé😀b')]
  const pieces = ids.map((id) => streamed.add(id))
  assert.deepEqual(pieces, ['a', '', 'é', '', '', '', '😀', 'b'])
  assert.equal(streamed.end(), '')
  assert.equal(streamed.text, 'aé😀b')
})

test('streamed text: what never became a character is shown at the end', () => {
  const streamed = new StreamedText(byteTokenizer(() => ''))
  assert.equal(streamed.add(0xf0), '')
  assert.equal(streamed.end(), '\uFFFD')
})
