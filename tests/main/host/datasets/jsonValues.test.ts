import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forkRandom } from '../../../../src/core/random.ts'
import { readJsonValues } from '../../../../src/main/host/datasets/jsonValues.ts'
import { readLines } from '../../../../src/main/host/datasets/textLines.ts'

const random = forkRandom(3, 'json values')
const pick = <T>(items: readonly T[]): T => items[random.nextInt(items.length)] as T

/** Any JSON value, its texts full of what means something outside of them. */
function anyValue(depth: number): unknown {
  const texts = ['', '"', '\\', '\\"', '}', ']', ',', '{"a":[', '\n', 'ü🙂', '\u2028']
  switch (random.nextInt(depth > 3 ? 3 : 5)) {
    case 0:
      return pick([0, -1.5, 1e21, true, false, null])
    case 1:
    case 2:
      return texts
        .slice(0, random.nextInt(4))
        .map(() => pick(texts))
        .join('')
    case 3:
      return Array.from({ length: random.nextInt(4) }, () => anyValue(depth + 1))
    default:
      return Object.fromEntries(
        Array.from({ length: random.nextInt(4) }, (_, i) => [pick(texts) + i, anyValue(depth + 1)]),
      )
  }
}

/** The text in pieces of any length, empty ones among them. */
async function* pieces(text: string): AsyncGenerator<string> {
  for (let at = 0; at < text.length;) {
    const length = random.nextInt(5)
    yield text.slice(at, at + length)
    at += length
  }
}

async function valuesOf(text: string): Promise<readonly unknown[]> {
  const values: unknown[] = []
  for await (const { text: value } of readJsonValues(pieces(text))) values.push(JSON.parse(value ?? ''))
  return values
}

test('the items of an array and objects one after another are those of JSON.parse, wherever chunks end', async () => {
  for (let i = 0; i < 300; i++) {
    const items = Array.from({ length: random.nextInt(6) }, () => anyValue(0))
    const indent = pick([undefined, 1, 2])
    assert.deepEqual(
      await valuesOf(pick(['', ' \n']) + JSON.stringify(items, null, indent) + pick(['', '\n'])),
      items,
    )
    const objects = items.map((item) => ({ item }))
    assert.deepEqual(
      await valuesOf(
        objects.map((object) => JSON.stringify(object, null, indent)).join(pick(['', '\n', ' , '])),
      ),
      objects,
    )
  }
})

test('a document that is cut off anywhere is an error, and gives no value that it did not hold', async () => {
  const items = Array.from({ length: 5 }, (_, i) => ({ i, text: `"}],${i}` }))
  const text = JSON.stringify(items, null, 1)
  for (let length = 1; length < text.length; length++) {
    const found: unknown[] = []
    await assert.rejects(async () => {
      for await (const { text: value } of readJsonValues(pieces(text.slice(0, length))))
        found.push(JSON.parse(value ?? ''))
    }, /the array is not closed/)
    assert.deepEqual(found, items.slice(0, found.length))
  }
})

test('lines are the same wherever chunks end, and whichever of the three ends they have', async () => {
  for (let i = 0; i < 300; i++) {
    const lines = Array.from({ length: 1 + random.nextInt(6) }, () => pick(['', 'a', 'bc ü', 'd\u2028e']))
    const text = lines.join(pick(['\n', '\r\n', '\r']))
    const found: string[] = []
    for await (const line of readLines(pieces(text))) found.push(line.text ?? '')
    assert.deepEqual(found, lines.at(-1) === '' ? lines.slice(0, -1) : lines)
  }
})
