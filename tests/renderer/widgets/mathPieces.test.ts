import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mathPieces } from '../../../src/renderer/src/widgets/maths/mathPieces.ts'

/** Formulas in brackets, display ones in double brackets. */
const marked = (text: string): string =>
  mathPieces(text)
    .map(({ source, tex, isDisplay }) => (tex === null ? source : isDisplay ? `⟦${tex}⟧` : `[${tex}]`))
    .join('')

test('the marks that models write; what they do not enclose is text', () => {
  assert.equal(
    marked('so $x^2$ and \\(y\\), then $$z=1$$ and \\[w\\].'),
    'so [x^2] and [y], then ⟦z=1⟧ and ⟦w⟧.',
  )
  assert.equal(marked('it is \\boxed{\\frac{1}{2}}.'), 'it is [\\boxed{\\frac{1}{2}}].')
  assert.equal(marked('inside $\\boxed{7}$'), 'inside [\\boxed{7}]')
  assert.equal(marked('\\boxed{\\}}'), '[\\boxed{\\}}]')
})

test('money, escaped signs and what is not closed stay text', () => {
  for (const text of [
    'from $5 to $6',
    'costs $5 and $ 6',
    'a \\$x$ b',
    'open $x',
    'open \\(x',
    '\\boxed{1',
    '$$',
    '$a\n b$',
    '\\\\(x\\)',
    '',
  ])
    assert.equal(marked(text), text)
})

test('too long, or too many: text', () => {
  const long = `$${'x'.repeat(2001)}$`
  assert.equal(marked(long), long)
  assert.equal(marked(`$${'x'.repeat(2000)}$`), `[${'x'.repeat(2000)}]`)
  const many = mathPieces('$x$'.repeat(1000))
  assert.equal(many.filter(({ tex }) => tex !== null).length, 200)
})

test('the pieces are the text, whatever it is, and a hostile one takes no longer than its length', () => {
  const marks = fc.constantFrom(
    '$',
    '$$',
    '\\(',
    '\\)',
    '\\[',
    '\\]',
    '\\boxed{',
    '}',
    '{',
    '\\',
    'x',
    ' ',
    '1',
    '\n',
  )
  fc.assert(
    fc.property(fc.array(marks, { maxLength: 60 }), (parts) => {
      const text = parts.join('')
      assert.equal(
        mathPieces(text)
          .map(({ source }) => source)
          .join(''),
        text,
      )
    }),
    { numRuns: 500 },
  )
  for (const sign of ['$', '\\(', '\\boxed{', '$ ', '\\']) {
    const text = sign.repeat(200_000)
    const began = performance.now()
    assert.equal(
      mathPieces(text)
        .map(({ source }) => source)
        .join(''),
      text,
    )
    assert.ok(performance.now() - began < 3000, `${sign}: ${performance.now() - began} ms`)
  }
})
