import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tokenEnds } from '../../../src/core/tokens/tokenEnds.ts'

/** Bytes are tokens; 256 ends a turn, a byte ▁ at the beginning loses its blank, as SentencePiece has it. */
const decode = (ids: readonly number[]): string =>
  new TextDecoder()
    .decode(Uint8Array.from(ids.filter((id) => id < 256)))
    .replace(/^_/, '')
    .replaceAll('_', ' ')
const bytes = (text: string): number[] => [...new TextEncoder().encode(text)]

test('each token ends where its text does; the first bytes of a character end where the one before did', () => {
  const ids = [...bytes('a€_b'), 256]
  assert.deepEqual(tokenEnds(ids, decode(ids), { decode }), [1, 1, 1, 2, 3, 4, 4])
})

test('a character outside the basic plane is two units; one that is cut is the mark that the text has', () => {
  const whole = bytes('😀!')
  assert.deepEqual(tokenEnds(whole, decode(whole), { decode }), [0, 0, 0, 2, 3])
  const cut = bytes('x😀').slice(0, 3)
  assert.equal(tokenEnds(cut, decode(cut), { decode })?.at(-1), decode(cut).length)
})

test('the first tokens of a longer text end inside it, also in the middle of a character', () => {
  const ids = bytes('ab€cd')
  assert.deepEqual(tokenEnds(ids.slice(0, 4), decode(ids), { decode }), [1, 2, 2, 2])
})

test('pieces that do not add up to the text give nothing', () => {
  const rewriting = (ids: readonly number[]): string => decode(ids).replaceAll(' ,', ',')
  const ids = bytes('a_,b')
  assert.equal(tokenEnds(ids, rewriting(ids), { decode: rewriting }), null)
})
