import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ChatMessage } from '../../../../src/core/tokens/tokenizer.ts'
import { ChatTemplate } from '../../../../src/main/host/chatTemplate/chatTemplate.ts'

const conversation: readonly ChatMessage[] = [{ role: 'user', content: 'What is 2 + 2?' }]

function render(template: string, messages = conversation): string {
  return new ChatTemplate(template, { day: '2024-07-26', specialTokens: {} }).render(messages, true)
}

/** A text of 262,144 characters in `s`. */
const long =
  `{% set ns = namespace(s='éb') %}{% for i in range(17) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}` +
  `{% set s = ns.s %}`
const manyTimes = '{% for i in range(10000) %}'

/** Programs that would take hours or all memory, and what the refusal says. */
const greedy: Readonly<Record<string, readonly [template: string, message: RegExp]>> = {
  'a long range': [
    '{% for i in range(0, 100000000) %}{% set x = i %}{% endfor %}',
    /a list of more than 10,000 items/,
  ],
  'a range that no memory holds': ['{% for i in range(100000000000) %}{% endfor %}', /list of more than/],
  'a range far below zero': ['{{ range(0, -100000000, -1) | length }}', /list of more than/],
  'loops in loops': [
    `${manyTimes}{% for j in range(10000) %}{% set x = i %}{% endfor %}{% endfor %}`,
    /more than 1,000,140 steps/,
  ],
  'empty loops in loops': [
    `${manyTimes}${manyTimes}${manyTimes}{% endfor %}{% endfor %}{% endfor %}`,
    /steps/,
  ],
  'loops that break at once': [`${manyTimes}${manyTimes}{% break %}{% endfor %}{% endfor %}`, /steps/],
  'a text that doubles with ~': [
    `{% set ns = namespace(s='a') %}${manyTimes}{% set ns.s = ns.s ~ ns.s %}{% endfor %}`,
    /a text of more than 500,056 characters/,
  ],
  'a text that doubles with +': [
    `{% set ns = namespace(s='a') %}${manyTimes}{% set ns.s = ns.s + ns.s %}{% endfor %}`,
    /a text of more than/,
  ],
  'a list that doubles': [
    `{% set ns = namespace(l=[1]) %}${manyTimes}{% set ns.l = ns.l + ns.l %}{% endfor %}`,
    /a list of more than/,
  ],
  'a list of itself twice': [
    `{% set ns = namespace(l=[1]) %}${manyTimes}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}`,
    /more than/,
  ],
  'a namespace in itself': [
    '{% set ns = namespace() %}{% set ns.self = ns %}{{ ns | tojson }}',
    /nests more than 30 lists/,
  ],
  'a macro that calls itself': [
    '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}',
    /nests more than 300 expressions/,
  ],
  'a macro that calls itself twice': [
    '{% macro f(x) %}{% if x > 0 %}{{ f(x - 1) }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(90) }}',
    /steps/,
  ],
  'a caller in a caller': [
    '{% macro m() %}{{ caller() }}{% endmacro %}{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}',
    /nests more than/,
  ],
  'many long texts': [
    `${long}${manyTimes}{% set x = (s ~ i).upper() %}{% endfor %}`,
    /more than 16,000,700 characters of text on the way/,
  ],
  'many long lists': [`${manyTimes}{% set x = range(10000) %}{% endfor %}`, /more than/],
  'an output that grows': [
    `${manyTimes}{{ messages[0].content * 1 if false else 'x' * 0 if false else '${'x'.repeat(100)}' }}{% endfor %}`,
    /a text of more than/,
  ],
  'replace, as a filter': [`${long}{{ s | replace('b', s) }}`, /a text of more than/],
  'replace, as a method': [`${long}{{ s.replace('b', s) }}`, /a text of more than/],
  'replace, by another name': [`${long}{% set f = s.replace %}{{ f('b', s) }}`, /a text of more than/],
  'replace, computed': [`${long}{{ s['repl' ~ 'ace']('b', s) }}`, /a text of more than/],
  'replace, as a block': [`${long}{% filter replace('b', s) %}{{ s }}{% endfilter %}`, /a text of more than/],
  'replace of nothing': [`${long}{{ s.replace('', s) }}`, /a text of more than/],
  'join with a long text': [`${long}{{ range(10000) | join(s) }}`, /more than/],
  'join of a text with itself': [`${long}{{ s | join(s) }}`, /a text of more than/],
  'a wide indent': ["{{ 'a\\nb' | indent(500000000) }}", /a text of more than/],
  'a wide indent by name': ["{{ 'a\\nb' | indent(width=500000000) }}", /a text of more than/],
  'a wide indent in JSON': ['{{ [[1], 2] | tojson(indent=500000000) }}', /a text of more than/],
  'long separators in JSON': [`${long}{{ range(10000) | tojson(separators=(s, s)) }}`, /more than/],
  'long separators in JSON, spread': [
    `${long}{% set d = {'separators': [s, s]} %}{{ range(10000) | tojson(**d) }}`,
    /more than/,
  ],
  'a long search': [
    `${long}${manyTimes}{% if s.replace('b', '') in s %}{% endif %}{% endfor %}`,
    /more than/,
  ],
  'a split into characters': [`${long}{{ s.split('é') | length }}`, /a list of more than/],
  'splits without a piece': [`${long}${manyTimes}{% set x = s.split('z') %}{% endfor %}`, /more than/],
  'strips of everything': [`${long}${manyTimes}{% set x = s.strip('éb') %}{% endfor %}`, /steps/],
  slices: [`${long}${manyTimes}{% set x = s[1:3] %}{% endfor %}`, /steps/],
  'single characters': [`${long}${manyTimes}{% set x = s[7] %}{% endfor %}`, /steps/],
  'sorted again and again': [`${manyTimes}{% set x = range(9000) | sort | length %}{% endfor %}`, /steps/],
  'a long text sorted beside itself': [
    `${long}{% set ns = namespace(l=[s]) %}${manyTimes}{% set ns.l = ns.l + [s] %}{% endfor %}{{ ns.l | sort | length }}`,
    /more than/,
  ],
  'a long attribute': [
    `${long}{% set ns = namespace(l=[{'a': 1}]) %}{% for i in range(12) %}{% set ns.l = ns.l + ns.l %}{% endfor %}{{ ns.l | map(attribute=s) | list | length }}`,
    /steps/,
  ],
  'parentheses without end': [`{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`, /nests too deeply/],
  'blocks without end': ['{% if true %}'.repeat(5_000) + '{% endif %}'.repeat(5_000), /nests too deeply/],
  'lists without end': [`{% set a = ${'['.repeat(20_000)}${']'.repeat(20_000)} %}`, /nests too deeply/],
  'white space that the reader takes the square of': [
    `x${' '.repeat(90_000)}y`,
    /more than 2000 white characters/,
  ],
  'a long source': ['x'.repeat(200_001), /has 200001 characters/],
}

/** On a busy machine; each takes at most 1 s on an idle one, and most take milliseconds. */
const mostMs = 20_000
const mostBytes = 400_000_000

describe('a template that asks for too much is refused, in time and in memory', () => {
  for (const [name, [template, message]] of Object.entries(greedy)) {
    test(name, () => {
      const before = process.memoryUsage().rss
      const startMs = performance.now()
      assert.throws(() => render(template), message)
      assert.ok(performance.now() - startMs < mostMs, `${performance.now() - startMs} ms`)
      assert.ok(process.memoryUsage().rss - before < mostBytes)
    })
  }
})

describe('limits leave room for what a prompt can need', () => {
  const chatml =
    "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\\n' + m['content'] | trim + '<|im_end|>' + '\\n' }}{% endfor %}"
  test('a conversation of 400 turns of 5,000 characters', () => {
    const content = 'word '.repeat(1_000)
    const messages = Array.from({ length: 400 }, (_, turn): ChatMessage => ({
      role: turn % 2 ? 'assistant' : 'user',
      content,
    }))
    assert.equal(render(chatml, messages).match(/<\|im_end\|>/g)?.length, 400)
  })
  test('one message of a million characters', () => {
    const content = 'x'.repeat(1_000_000)
    assert.ok(render(chatml, [{ role: 'user', content }]).includes(content))
  })
})

test('a template is no program outside its own: no global, prototype or clock is reached', () => {
  for (const name of ['process', 'globalThis', 'require', 'constructor', '__proto__', 'Date', 'this']) {
    assert.equal(render(`{{ ${name} is defined }}`), 'False', name)
  }
  assert.throws(() => render("{{ ''.constructor.constructor('return process')() }}"), /is undefined/)
  assert.throws(() => render("{{ messages.constructor('x') }}"))
})
