import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, test } from 'node:test'
import type { PromptTemplate } from '../../../src/core/data/promptTemplate.ts'
import { templateNamed } from '../../../src/core/data/templates.ts'
import { ChatHistory } from '../../../src/core/tokens/chatHistory.ts'
import { conversationPrompts } from '../../../src/core/tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../../src/core/tokens/tokenizer.ts'
import { ChatTemplate } from '../../../src/main/host/chatTemplate/chatTemplate.ts'
import { loadTokenizer } from '../../../src/main/host/model/hubTokenizer.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { QWEN_FOLDER } from '../../tokenizerFolders.ts'

let qwen: Tokenizer
before(async () => {
  qwen = await loadTokenizer(QWEN_FOLDER)
})

const turn = "{{ '<|im_start|>' + m.role + '\\n' + text + '<|im_end|>\\n' }}"
/** ChatML, with this made of an assistant's message. */
const chatml = (text: string, opening = ''): string =>
  `{% for m in messages %}{% if m.role == 'assistant' %}{% set text = ${text} %}{% else %}{% set text = m.content %}` +
  `{% endif %}${turn}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n${opening}' }}{% endif %}`

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/chatTemplates/${name}.jinja`, import.meta.url), 'utf8')
}

/** Qwen2.5's tokenizer with another chat template. */
function withTemplate(source: string): Tokenizer {
  const template = new ChatTemplate(source, { day: '2024-07-26', specialTokens: {} })
  return {
    vocabularySize: qwen.vocabularySize,
    bosId: qwen.bosId,
    endIds: qwen.endIds,
    padId: qwen.padId,
    hasChatTemplate: true,
    encode: (text) => qwen.encode(text),
    decode: (ids, options) => qwen.decode(ids, options),
    renderChat: (messages, addGenerationPrompt) => {
      try {
        return template.render(messages, addGenerationPrompt)
      } catch (thrown) {
        throw new RecheckError('tokenizer.chat-template', String(thrown))
      }
    },
  }
}

const chatBoxed = templateNamed('chat-boxed')

/**
 * Templates that strip thinking from a turn once another follows, and the text that comes after a completion.
 */
const stripping: Readonly<Record<string, string>> = {
  'Qwen3, its own': fixture('qwen3'),
  'what comes before the mark is cut, the prompt opens the thought (DeepSeek-R1)': chatml(
    "m.content.split('</think>')[-1]",
    '<think>\\n',
  ),
  'a prompt with an empty thought (Qwen3 without thinking)': chatml(
    "m.content.split('</think>')[-1]",
    '<think>\\n\\n</think>\\n\\n',
  ),
  'another mark': chatml("m.content.split('[/THINK]')[-1]"),
  'only before the last answer':
    "{% for m in messages %}{% set text = m.content %}{% if m.role == 'assistant' and not loop.nextitem == messages[-1] %}{% set text = m.content.split('</think>')[-1] %}{% endif %}" +
    turn +
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
}

describe('a chat template that strips earlier thinking is refused, or the thinking is kept by a setting', () => {
  for (const [name, source] of Object.entries(stripping)) {
    test(name, () => {
      const tokenizer = withTemplate(source)
      assert.throws(() => conversationPrompts(tokenizer, chatBoxed), {
        code: 'template.strips-thinking',
        message: /strips what the model thought .* Set earlierThinking=keep/,
      })
      const prompts = conversationPrompts(tokenizer, chatBoxed, 'keep')
      const first = prompts.firstPromptIds({ question: 'What is 47 + 38?' })
      const completion = qwen.encode('<think>\n47 + 38 is 85.\n</think>\n\n\\boxed{85}<|im_end|>')
      const second = prompts.verdictPromptIds([...first, ...completion])
      assert.deepEqual(second.slice(0, first.length + completion.length), [...first, ...completion])
      assert.match(
        qwen.decode(second.slice(first.length + completion.length)),
        /^\n<\|im_start\|>user\nCheck the solution[^]*assistant\n/,
      )
    })
    test(`${name}, in a conversation by hand`, () => {
      const completion = qwen.encode('<think>\nWell.\n</think>\n\n85<|im_end|>')
      const talk = (earlierThinking: 'refuse' | 'keep'): readonly number[] => {
        const history = new ChatHistory(withTemplate(source), { system: null, earlierThinking })
        history.ask('What is 47 + 38?')
        history.answer(completion)
        history.ask('Sure?')
        history.answer(completion)
        return history.ask('Really?')
      }
      assert.throws(() => talk('refuse'), { code: 'template.strips-thinking', message: /--keep-thinking/ })
      assert.equal(qwen.decode(talk('keep')).match(/<think>\nWell\.\n<\/think>/g)?.length, 2)
    })
  }
  test('one that leaves completions as they are needs no setting', () => {
    for (const source of [chatml('m.content'), chatml('m.content | trim')]) {
      const { version } = conversationPrompts(withTemplate(source), chatBoxed)
      assert.equal(conversationPrompts(withTemplate(source), chatBoxed, 'keep').version, version)
    }
  })
  test('rewriting of another kind is refused whatever is set', () => {
    for (const text of ["m.content + '!'", "'answer: ' + m.content", "''", 'm.content | lower']) {
      assert.throws(
        () => conversationPrompts(withTemplate(chatml(text)), chatBoxed, 'keep'),
        { code: 'template.not-extendable' },
        text,
      )
    }
  })
})

const noSystemTurn: Readonly<Record<string, string>> = {
  'raises on one (T06)': fixture('noSystemTurn'),
  'wants user and assistant in turn (T07)': fixture('strictTurns'),
  'leaves its text out':
    "{% for m in messages %}{% if m.role != 'system' %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
}

describe('where a chat template takes no system turn, the instruction stands before the first user message', () => {
  for (const [name, source] of Object.entries(noSystemTurn)) {
    test(name, () => {
      const prompts = conversationPrompts(withTemplate(source), chatBoxed)
      assert.equal(prompts.instructionIn, 'user turn')
      const first = qwen.decode(prompts.firstPromptIds({ question: 'What is 47 + 38?' }))
      assert.equal(
        first,
        `<|im_start|>user\n${chatBoxed.system}\n\nWhat is 47 + 38?<|im_end|>\n<|im_start|>assistant\n`,
      )
      const history = new ChatHistory(withTemplate(source), {
        system: 'Be brief.',
        earlierThinking: 'refuse',
      })
      assert.equal(
        qwen.decode(history.ask('Hi')),
        '<|im_start|>user\nBe brief.\n\nHi<|im_end|>\n<|im_start|>assistant\n',
      )
    })
  }
  test('a template that takes one gets it', () => {
    assert.equal(
      conversationPrompts(withTemplate(chatml('m.content')), chatBoxed).instructionIn,
      'system turn',
    )
    assert.equal(conversationPrompts(qwen, templateNamed('builtin')).instructionIn, null)
  })
})

test('a chat template that loses one of our messages is refused, with the message', () => {
  const losing: readonly (readonly [string, RegExp])[] = [
    [
      "{% for m in messages %}{{ '<|im_start|>' + m.role + '<|im_end|>' }}{% endfor %}",
      /user's message "2 \+ 2"/,
    ],
    ["{% for m in messages[:1] %}{{ m.content + '<|im_end|>' }}{% endfor %}", /user's message "OK\?"/],
    [chatml('m.content').replaceAll('m.content', 'm.content | upper'), /user's message/],
  ]
  const mine: PromptTemplate = {
    ...templateNamed('builtin'),
    attempt: '{question}',
    verdict: 'OK?',
    revision: 'again',
  }
  for (const [source, message] of losing) {
    assert.throws(
      () => conversationPrompts(withTemplate(source), mine),
      { code: 'template.drops-message', message },
      source,
    )
  }
})
