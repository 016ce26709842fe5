import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { mergeConfigs, parseSetting } from '../../../src/shared/config/layers.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { routes } from '../../../src/shared/routes/contract.ts'
import { parseYaml } from '../../../src/shared/text/yamlText.ts'

interface Labels {
  readonly name?: string
  readonly tags?: readonly string[]
  readonly notes?: string
}

/** The ways in which a user writes on a run. */
const ways: Readonly<Record<string, (labels: Labels) => Labels>> = {
  'a config in YAML': (labels) => parseConfig(parseYaml(JSON.stringify(labels)), 'test.yaml'),
  '--set': (labels) => {
    const settings = Object.entries(labels).map(
      ([path, value]) => `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    return parseConfig(mergeConfigs(...settings.map(parseSetting)), 'the command line')
  },
  'a page': (labels) => {
    const { name, tags, notes } = routes['run.update'].input.parse({ runId: 'r', ...labels })
    return {
      ...(name === undefined ? {} : { name }),
      ...(tags === undefined ? {} : { tags }),
      ...(notes === undefined ? {} : { notes }),
    }
  },
}

const bad = ['\x1b]0;x\x07', 'a\nb', 'a\tb', 'a\rb', '\x00', '\x9bx', 'a\u202eb', 'a\u2028b', 'half \ud83d']

describe('a name or tag is one line without control characters, notes are text without them', () => {
  for (const [way, write] of Object.entries(ways)) {
    test(way, () => {
      for (const text of bad) {
        assert.throws(
          () => write({ name: text }),
          /one line without control characters/,
          JSON.stringify(text),
        )
        assert.throws(() => write({ tags: ['fine', text] }), /one line without control characters/)
      }
      for (const text of bad.filter((each) => !/[\n\t\r]/.test(each))) {
        assert.throws(() => write({ notes: text }), /text without control characters/)
      }
      const fine: Labels = { name: 'Größe 😀 = 5', tags: ['a b', 'שלום'], notes: 'one\n\ttwo' }
      const { name, tags, notes } = write(fine)
      assert.deepEqual({ name, tags, notes }, fine)
      assert.equal(write({ notes: 'one\r\ntwo\rthree' }).notes, 'one\ntwo\nthree')
      assert.equal(write({ name: '  padded ' }).name, 'padded')
    })
  }
  test('the group of a run', () => {
    const config = {}
    for (const group of bad) {
      assert.equal(
        routes['run.start'].input.safeParse({ stage: 'self-correction', config, group }).success,
        false,
      )
    }
  })
})

test('3,000 unknown keys are named in a few lines, in little time', () => {
  const text = Array.from({ length: 3_000 }, (_, index) => `unknown${index}: 1`).join('\n')
  assert.throws(
    () => parseConfig(parseYaml(text), 'wrong.yaml'),
    ({ message }: Error) => {
      assert.match(message, /^wrong\.yaml is not a valid run config:\n {2}unknown0: expected a known field/)
      assert.match(message, /\n {2}… and 2,992 more$/)
      return message.split('\n').length === 10
    },
  )
  const name = 'k'.repeat(100_000)
  assert.throws(
    () => parseConfig({ [name]: 1 }, 'x'),
    ({ message }: Error) => message.length < 1_000,
  )
})
