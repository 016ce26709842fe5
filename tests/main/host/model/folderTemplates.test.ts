import assert from 'node:assert/strict'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ChatMessage } from '../../../../src/core/tokens/tokenizer.ts'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { changedFolder } from '../../../changedFolder.ts'

function chatTemplate(name: string): Promise<string> {
  return readFile(new URL(`../../../fixtures/chatTemplates/${name}.jinja`, import.meta.url), 'utf8')
}

test('no chat template, a template that does not parse, a template that refuses', async () => {
  const user: ChatMessage[] = [{ role: 'user', content: 'x' }]
  const without = await loadTokenizer(await changedFolder({ 'tokenizer_config.json': '{}' }))
  assert.throws(() => without.renderChat(user, true), { code: 'tokenizer.no-chat-template' })
  const broken = await loadTokenizer(await changedFolder({ 'chat_template.jinja': '{% if %}' }))
  assert.throws(() => broken.renderChat(user, true), { code: 'tokenizer.chat-template' })
  const refuses = await loadTokenizer(
    await changedFolder({ 'chat_template.jinja': "{{ raise_exception('System role not supported') }}" }),
  )
  assert.throws(() => refuses.renderChat(user, true), {
    code: 'tokenizer.chat-template',
    message: /cannot render a conversation of user: System role not supported/,
  })
})
test("a template that asks for today's date gets the same date every day", async () => {
  const template =
    "{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}{{ date_string }}"
  const tokenizer = await loadTokenizer(await changedFolder({ 'chat_template.jinja': template }))
  assert.equal(tokenizer.renderChat([{ role: 'user', content: 'x' }], true), '26 Jul 2024')
})
test('the date of strftime_now is the one that is given', async () => {
  const folder = await changedFolder({ 'chat_template.jinja': await chatTemplate('date') })
  const tokenizer = await loadTokenizer(folder, '2030-01-02')
  assert.match(
    tokenizer.renderChat([{ role: 'user', content: 'x' }], true),
    /^<\|im_start\|>system\nToday is 02 Jan 2030<\|im_end\|>\n/,
  )
})
test('a template without end is refused in one line that names its file', async () => {
  const folder = await changedFolder({ 'chat_template.jinja': await chatTemplate('endless') })
  const tokenizer = await loadTokenizer(folder)
  assert.throws(() => tokenizer.renderChat([{ role: 'user', content: 'x' }], true), {
    code: 'tokenizer.chat-template',
    message: /^[^\n]*chat_template\.jinja: .*a list of more than 10,000 items\. Use a template [^\n]*$/,
  })
})
test('what a template raises reaches the message without control characters', async () => {
  const template = "{{ raise_exception('\\x1b]0;title\\x07\\nsecond line') }}"
  const tokenizer = await loadTokenizer(await changedFolder({ 'chat_template.jinja': template }))
  assert.throws(() => tokenizer.renderChat([{ role: 'user', content: 'x' }], true), {
    message: /: \\u001b\]0;title\\u0007 second line\. Use/,
  })
})
test('byte order mark and line ends of another system are not part of the prompt', async () => {
  const template = '\uFEFFa\r\n{% for m in messages %}\r\n{{ m.content }}\r\n{% endfor %}\r\nb'
  const tokenizer = await loadTokenizer(await changedFolder({ 'chat_template.jinja': template }))
  assert.equal(tokenizer.renderChat([{ role: 'user', content: 'x' }], true), 'a\nx\nb')
})
const templates: readonly (readonly [given: unknown, message: RegExp])[] = [
  [7, /chat_template: expected a text or a list, got 7/],
  [{ default: 'x' }, /expected a text or a list/],
  [[], /expected a template named "default"/],
  [[{ name: 'tool_use', template: 'x' }], /named "default"/],
  [[{ name: 'default', template: 3 }], /named "default"/],
]
test('a chat template of another shape is refused, with file and field', async () => {
  for (const [given, message] of templates) {
    const folder = await changedFolder({
      'tokenizer_config.json': JSON.stringify({ chat_template: given }),
    })
    await assert.rejects(loadTokenizer(folder), { code: 'tokenizer.invalid', message })
  }
  const named = [
    { name: 'tool_use', template: 'a' },
    { name: 'default', template: 'b' },
  ]
  const folder = await changedFolder({ 'tokenizer_config.json': JSON.stringify({ chat_template: named }) })
  assert.equal((await loadTokenizer(folder)).renderChat([], false), 'b')
})
test('a chat template that is no UTF-8, or no file, is refused', async () => {
  const folder = await changedFolder({})
  await writeFile(join(folder, 'chat_template.jinja'), Uint8Array.of(0x61, 0xff))
  await assert.rejects(loadTokenizer(folder), { message: /chat_template\.jinja: it is not UTF-8/ })
  await rm(join(folder, 'chat_template.jinja'))
  await mkdir(join(folder, 'chat_template.jinja'))
  await assert.rejects(loadTokenizer(folder), { message: /chat_template\.jinja is a folder/ })
})
test('special tokens of special_tokens_map.json count where tokenizer_config.json does not speak of them', async () => {
  const template = '{{ bos_token }}|{{ eos_token }}|{{ pad_token }}'
  const folder = await changedFolder({
    'chat_template.jinja': template,
    'tokenizer_config.json':
      '{"bos_token": {"__type": "AddedToken", "content": "<user>"}, "pad_token": null}',
    'special_tokens_map.json':
      '{"bos_token": "<bos>", "eos_token": {"content": "<eos>"}, "pad_token": "<pad>"}',
  })
  assert.equal((await loadTokenizer(folder)).renderChat([], false), '<user>|<eos>|')
})
