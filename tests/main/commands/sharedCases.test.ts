import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { BUILTIN_FOLDER } from '../../tokenizerFolders.ts'

// Cases from public bug reports, each tried as a user would: the command in a process of its own.

const root = join(import.meta.dirname, '../../..')
const fixtures = join(root, 'tests/fixtures')
const scratch = mkdtempSync(join(tmpdir(), 'recheck-shared-cases-'))
after(() => rmSync(scratch, { recursive: true }))

interface Case {
  readonly name: string
  readonly args: (folder: string) => readonly string[]
  /**
   * What goes into the built-in model's folder in place of its own; a case of data has a folder of its own.
   */
  readonly put?: (folder: string) => void
  readonly exitCode: 0 | 2
  /** Of stdout and stderr together. */
  readonly says: readonly RegExp[]
  readonly neverSays?: RegExp
}

const generate = (folder: string): readonly string[] =>
  `generate --prompt 1+2 --max-tokens 3 --temperature 0 --model ${folder}`.split(' ')
const preview = (folder: string): readonly string[] => `template preview ${folder} --question 1+2`.split(' ')
const checkData = (folder: string): readonly string[] => ['data', 'check', folder]
const inFile = (name: string, change: (text: string) => string) => (folder: string) => {
  const path = join(folder, name)
  writeFileSync(path, change(existsSync(path) ? readFileSync(path, 'utf8') : ''))
}
const withoutMerges = (text: string): string => {
  const json = JSON.parse(text) as { model: { merges?: unknown } }
  delete json.model.merges
  return JSON.stringify(json)
}

/** What the built-in model's own folder gives, likeliest token by likeliest token. */
const asBuiltin = /^222$/m

const cases: readonly Case[] = [
  {
    name: 'D06',
    args: (folder) => ['data', 'show', join(folder, '09b-float-big-int.jsonl'), '-n', '120'],
    exitCode: 0,
    says: [/12345678901234567890/],
    neverSays: /12345678901234567000|1\.2345678901234567e/,
  },
  {
    name: 'D09',
    args: checkData,
    exitCode: 0,
    says: [/two answers: train\.jsonl:121 says 999, train\.jsonl:1 another/, /1 with another answer/],
  },
  {
    name: 'D13',
    args: checkData,
    exitCode: 0,
    says: [/not read: \.ipynb_checkpoints \(hidden\)/, /160 rows: 160 used/],
  },
  {
    name: 'D14',
    args: checkData,
    exitCode: 0,
    says: [/not read: \._train\.jsonl \(hidden\)/, /40 rows: 40 used, 0 bad.*: usable/],
  },
  {
    name: 'M02',
    args: generate,
    exitCode: 2,
    says: [
      /M02\/config\.json: "rope_parameters" and .*"rope_scaling" disagree/,
      /Remove the one that is wrong/,
    ],
  },
  { name: 'M03', args: generate, exitCode: 2, says: [/M03\/config\.json: .* each kind of layer/] },
  {
    name: 'M14',
    args: generate,
    put: inFile('model.safetensors.index.json', () =>
      JSON.stringify({ weight_map: { 'model.norm.weight': 'model-00001-of-00002.safetensors' } }),
    ),
    exitCode: 0,
    says: [
      /model\.safetensors holds the weights; model\.safetensors\.index\.json beside it is not read/,
      asBuiltin,
    ],
  },
  {
    name: 'M18',
    args: generate,
    put: (folder) => rmSync(join(folder, 'config.json')),
    exitCode: 2,
    says: [/it is a PEFT adapter/, /base model "Qwen\/Qwen2\.5-0\.5B"/, /merge_and_unload/],
  },
  { name: 'M23', args: generate, exitCode: 0, says: [asBuiltin] },
  {
    name: 'M24',
    args: generate,
    put: inFile('tokenizer_config.json', (text) => `\ufeff${text}`),
    exitCode: 0,
    says: [asBuiltin],
  },
  { name: 'T03', args: preview, exitCode: 0, says: [/Today is 26 Jul 2024/] },
  { name: 'T06', args: preview, exitCode: 0, says: [/the instruction stands before the first user message/] },
  { name: 'T07', args: preview, exitCode: 0, says: [/the instruction stands before the first user message/] },
  {
    name: 'T15',
    args: preview,
    exitCode: 2,
    says: [/T15\/chat_template\.jinja: .* list of more than 10,000 items/],
  },
  {
    name: 'T17',
    args: generate,
    put: inFile('tokenizer.json', withoutMerges),
    exitCode: 2,
    says: [/T17\/tokenizer\.json: model\.merges: expected a list of merges, got undefined/],
  },
]

function folderOf({ name, put }: Case): string {
  if (name.startsWith('D')) return join(fixtures, 'data-cases', name)
  const folder = join(scratch, name)
  cpSync(BUILTIN_FOLDER, folder, { recursive: true })
  for (const kind of ['model-cases', 'template-cases']) {
    const own = join(fixtures, kind, name)
    if (existsSync(own)) cpSync(own, folder, { recursive: true })
  }
  put?.(folder)
  return folder
}

for (const each of cases) {
  test(`${each.name}: ${each.args(each.name).slice(0, 2).join(' ')} ends with ${each.exitCode}`, () => {
    const args = ['src/main/cli.ts', ...each.args(folderOf(each)), '--data-dir', join(scratch, 'data')]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
    const said = `${stdout}\n${stderr}`
    assert.equal(status, each.exitCode, said)
    for (const pattern of each.says) assert.match(said, pattern)
    if (each.neverSays !== undefined) assert.doesNotMatch(said, each.neverSays)
    // a refusal is one line, and holds nothing that a terminal obeys
    if (each.exitCode === 2) assert.match(stderr, /^recheck: [^\n\p{Cc}]+\n$/u)
  })
}
