import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { templateNamed } from '../../../src/core/data/templates.ts'
import { automaticTemplate } from '../../../src/core/tokens/automaticTemplate.ts'
import { conversationPrompts } from '../../../src/core/tokens/conversationPrompts.ts'
import type { ConversationPrompts } from '../../../src/core/tokens/conversationPrompts.ts'
import type { ChatMessage, Tokenizer } from '../../../src/core/tokens/tokenizer.ts'
import { loadTokenizer } from '../../../src/main/host/model/hubTokenizer.ts'
import { BUILTIN_FOLDER, makeLlama3LikeFolder, QWEN_FOLDER } from '../../tokenizerFolders.ts'

const QUESTION = 'What is 47 + 38?'

let builtin: Tokenizer
let qwen: Tokenizer
let llama: Tokenizer
let llamaFolder: string
before(async () => {
  llamaFolder = await makeLlama3LikeFolder()
  builtin = await loadTokenizer(BUILTIN_FOLDER)
  qwen = await loadTokenizer(QWEN_FOLDER)
  llama = await loadTokenizer(llamaFolder)
})
after(() => rm(llamaFolder, { recursive: true }))

/** The ids a rollout would hold before each of the three completions and after the last. */
function extendTurnByTurn(
  tokenizer: Tokenizer,
  prompts: ConversationPrompts,
  [attempt, verdict, revision]: readonly [string, string, string],
): { readonly verdictPrompt: number[]; readonly revisionPrompt: number[]; readonly end: number[] } {
  const written = (text: string): number[] => [...tokenizer.encode(text), prompts.endTurnId]
  const attempted = [...prompts.firstPromptIds({ question: QUESTION }), ...written(attempt)]
  const verdictPrompt = prompts.verdictPromptIds(attempted)
  const revisionPrompt = prompts.revisionPromptIds([...verdictPrompt, ...written(verdict)])
  return { verdictPrompt, revisionPrompt, end: [...revisionPrompt, ...written(revision)] }
}

describe('the built-in model', () => {
  test('the conversation of its README, to the token', () => {
    const prompts = conversationPrompts(builtin, templateNamed('builtin'))
    const { end } = extendTurnByTurn(builtin, prompts, [
      '47+38=85 #### 85',
      '85-38=47 want 47. The answer is correct.',
      '47+38=86 #### 86',
    ])
    const whole =
      '<bos><user>What is 47 + 38?<assistant>47+38=85 #### 85<eos><user>Check the answer.<assistant>' +
      '85-38=47 want 47. The answer is correct.<eos><user>Try again.<assistant>47+38=86 #### 86<eos>'
    assert.deepEqual(end, builtin.encode(whole))
    assert.equal(builtin.decode(end), whole)
    assert.equal(prompts.endTurnId, 2)
    assert.deepEqual(prompts.endIds, [2])
  })
})

describe('rendering the whole conversation at once gives the same ids', () => {
  const completions = [
    'First, 47 + 38 = 85.\n\nSo the answer is \\boxed{85}.',
    'Step 1: 47 + 38 = 85 ✓\nThe answer is correct.',
    '47 + 38\n= 85\n\\boxed{85}',
  ] as const
  const models = [
    { name: 'Qwen2.5', tokenizer: () => qwen, templates: ['chat-boxed', 'chat-hash', 'builtin'] },
    { name: 'Llama 3 layout', tokenizer: () => llama, templates: ['chat-boxed', 'chat-hash', 'builtin'] },
    { name: 'built-in model', tokenizer: () => builtin, templates: ['builtin'] },
  ]
  for (const { name, tokenizer: get, templates } of models) {
    for (const templateName of templates) {
      test(`${name}, template ${templateName}`, () => {
        const tokenizer = get()
        const template = templateNamed(templateName)
        const prompts = conversationPrompts(tokenizer, template)
        const { verdictPrompt, revisionPrompt } = extendTurnByTurn(tokenizer, prompts, completions)
        const opening: ChatMessage[] = [
          ...(template.system === null ? [] : [{ role: 'system' as const, content: template.system }]),
          { role: 'user', content: QUESTION },
          { role: 'assistant', content: completions[0] },
          { role: 'user', content: template.verdict },
        ]
        assert.deepEqual(verdictPrompt, tokenizer.encode(tokenizer.renderChat(opening, true)))
        const judged: ChatMessage[] = [
          ...opening,
          { role: 'assistant', content: completions[1] },
          { role: 'user', content: template.revision },
        ]
        assert.deepEqual(revisionPrompt, tokenizer.encode(tokenizer.renderChat(judged, true)))
      })
    }
  }
})

test('sampled ids are kept as they are, even where the tokenizer would have written them otherwise', () => {
  const prompts = conversationPrompts(qwen, templateNamed('chat-boxed'))
  // "he" + "llo": two tokens where encode gives one
  const [he] = qwen.encode('he')
  const [llo] = qwen.encode('llo')
  assert.equal(qwen.encode('hello').length, 1)
  const history = [...prompts.firstPromptIds({ question: 'x' }), he ?? -1, llo ?? -1, prompts.endTurnId]
  assert.deepEqual(prompts.verdictPromptIds(history).slice(0, history.length), history)
})

test('an unfinished history is refused with the token that is missing', () => {
  const prompts = conversationPrompts(builtin, templateNamed('builtin'))
  const history = prompts.firstPromptIds({ question: QUESTION })
  assert.throws(
    () => prompts.verdictPromptIds(history),
    /must end with an end token \(2\), got 4; put 2 after/,
  )
  assert.throws(() => prompts.revisionPromptIds([]), /got undefined/)
})

test('another end token of the model may close a completion too', () => {
  const endoftext = 151643
  const prompts = conversationPrompts(
    { ...copyOf(qwen), endIds: [151645, endoftext] },
    templateNamed('chat-boxed'),
  )
  assert.deepEqual(prompts.endIds, [151645, endoftext])
  const history = [...prompts.firstPromptIds({ question: QUESTION }), endoftext]
  assert.equal(
    qwen.decode(prompts.verdictPromptIds(history).slice(history.length)).slice(0, 19),
    '\n<|im_start|>user\nC'.slice(0, 19),
  )
})

test('a plain template puts the turns into text, without special tokens', () => {
  const prompts = conversationPrompts(qwen, templateNamed('plain-hash'))
  const { revisionPrompt } = extendTurnByTurn(qwen, prompts, ['#### 85', 'The answer is wrong.', ''])
  assert.equal(
    qwen.decode(revisionPrompt),
    'What is 47 + 38? Please reason step by step, and put your final answer after "####".\n#### 85<|im_end|>\n\n' +
      'Check the solution above step by step. If you find a mistake, name the wrong step, say why it is wrong, and end ' +
      'your reply with the sentence "The answer is wrong." If there is no mistake, end your reply with the sentence ' +
      '"The answer is correct."\nThe answer is wrong.<|im_end|>\n\n' +
      'You have judged your previous answer to be wrong. Solve the problem again and give the correct solution.\n',
  )
})

test('a question full of dollar signs arrives unchanged', () => {
  const prompts = conversationPrompts(qwen, templateNamed('chat-boxed'))
  const question = "If $& = $1 and $$x$$ costs \\$5, what is $`$'?"
  assert.match(
    qwen.decode(prompts.firstPromptIds({ question })),
    new RegExp(escapeRegExp(`user\n${question}<|im_end|>`)),
  )
})

test('the version changes with the wording and with the chat template, not with the name', () => {
  const template = templateNamed('chat-boxed')
  const { version } = conversationPrompts(qwen, template)
  assert.match(version, /^[0-9a-f]{16}$/)
  assert.equal(conversationPrompts(qwen, { ...template, name: 'mine' }).version, version)
  assert.notEqual(conversationPrompts(qwen, { ...template, revision: 'Try again!' }).version, version)
  assert.notEqual(conversationPrompts(llama, template).version, version)
})

test('a chat template that opens a thinking block is known, so that its completions are read from inside it', () => {
  const template = templateNamed('chat-boxed')
  assert.equal(conversationPrompts(qwen, template).startsInThinking, false)
  assert.equal(conversationPrompts(qwen, templateNamed('plain-hash')).startsInThinking, false)
  // as the templates of DeepSeek-R1's kin, but for the rewriting of earlier turns, which is refused
  const turns = (messages: readonly ChatMessage[]): string =>
    messages
      .map(
        ({ role, content }) =>
          `<|im_start|>${role}\n${role === 'assistant' ? '<think>\n' : ''}${content}<|im_end|>\n`,
      )
      .join('')
  const thinking = {
    ...copyOf(qwen),
    renderChat: (messages: readonly ChatMessage[]) => `${turns(messages)}<|im_start|>assistant\n<think>\n`,
  }
  assert.equal(conversationPrompts(thinking, template).startsInThinking, true)
})

test('a chat template that rewrites earlier turns is refused', () => {
  const numbered = {
    ...copyOf(builtin),
    renderChat: (messages: readonly ChatMessage[]) =>
      `<bos>${messages.length}<user>${messages.map(({ content }) => content).join('<user>')}<assistant>`,
  }
  assert.throws(() => conversationPrompts(numbered, templateNamed('builtin')), {
    code: 'template.not-extendable',
    message: /rewrites earlier turns/,
  })
  const endless = {
    ...copyOf(builtin),
    renderChat: (messages: readonly ChatMessage[]) =>
      messages.map(({ content }) => content).join('\n') + '\n',
  }
  assert.throws(() => conversationPrompts(endless, templateNamed('builtin')), {
    code: 'template.not-extendable',
    message: /without a special token|rewrites earlier turns/,
  })
})

test('auto: the built-in wording for the built-in model, chat or plain for others', () => {
  assert.equal(automaticTemplate(builtin, 'boxed').name, 'builtin')
  assert.equal(automaticTemplate(qwen, 'boxed').name, 'chat-boxed')
  assert.equal(automaticTemplate(llama, 'hash').name, 'chat-hash')
  assert.equal(automaticTemplate({ ...copyOf(qwen), hasChatTemplate: false }, 'hash').name, 'plain-hash')
})

/** A plain object with the tokenizer's behaviour, so that one part can be replaced. */
function copyOf(tokenizer: Tokenizer): Tokenizer {
  return {
    vocabularySize: tokenizer.vocabularySize,
    bosId: tokenizer.bosId,
    endIds: tokenizer.endIds,
    padId: tokenizer.padId,
    hasChatTemplate: tokenizer.hasChatTemplate,
    encode: (text) => tokenizer.encode(text),
    decode: (ids, options) => tokenizer.decode(ids, options),
    renderChat: (messages, addGenerationPrompt) => tokenizer.renderChat(messages, addGenerationPrompt),
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
