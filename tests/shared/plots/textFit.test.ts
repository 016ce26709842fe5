import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PNG } from 'pngjs'
import { svgPng } from '../../../src/main/host/machine/plotFiles.ts'
import { shortened, textWidth, wrapped } from '../../../src/shared/plots/textFit.ts'

test('the width of a text is what DejaVu Sans makes of it, or a little more', () => {
  const texts = [
    'balanced, learning rate 5e-5',
    'WWWW@@@@%%',
    'iiiillll....',
    'Zürich · Ωμέγα → ≤',
    '0123456789abcdef',
  ]
  for (const text of texts) {
    const reckoned = textWidth(text, 40)
    const drawn = inkWidth(text, 40)
    assert.ok(
      drawn <= reckoned && drawn > reckoned * 0.75,
      `${text}: ${drawn} px drawn, ${reckoned} reckoned`,
    )
  }
  // ideographs are squares, which the bundled font does not have
  assert.ok(textWidth('学習率', 10) >= 30)
})

test('a text that is too long keeps its beginning and its end, on one line', () => {
  const name = 'qwen2.5-0.5b, balanced verdict reward\n(learningRate 0.0001)'
  const cut = shortened(name, 200, 10)
  assert.match(cut, /^qwen2\.5.+….+0\.0001\)$/)
  assert.ok(textWidth(cut, 10) <= 200)
  assert.equal(shortened('a\nb', 200, 10), 'a b')
  assert.equal(shortened('fits', 200, 10), 'fits')
  assert.equal(shortened('nothing fits', 1, 10), '…')
})

test('lines are broken between words, a word that is longer than a line within it', () => {
  // 'aaa' is 3 × 0.62 × 10 px wide, with 'bb' and a space 35 px
  assert.deepEqual(wrapped('aaa bb cccc', 36, 10), ['aaa bb', 'cccc'])
  const lines = wrapped(`a ${'x'.repeat(30)} b`, 60, 10)
  assert.equal(lines.join('').replace(/ /g, ''), `a${'x'.repeat(30)}b`)
  assert.ok(lines.every((line) => textWidth(line, 10) <= 60))
  assert.deepEqual(wrapped('', 60, 10), [''])
})

/** From the left of the first dark pixel to the right of the last. */
function inkWidth(text: string, size: number): number {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="2000" height="100"><rect width="2000" height="100" fill="#fff"/><text x="10" y="60" font-family="DejaVu Sans" font-size="${size}">${text}</text></svg>`
  const picture = PNG.sync.read(svgPng(svg, 1))
  const dark = Array.from({ length: picture.width }, (_, x) => x).filter((x) =>
    Array.from({ length: picture.height }, (_, y) => picture.data[4 * (y * picture.width + x)] ?? 255).some(
      (red) => red < 128,
    ),
  )
  return (dark.at(-1) ?? 0) - (dark[0] ?? 0) + 1
}
