import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { BUILTIN_FOLDER } from './tokenizerFolders.ts'

/** The built-in model's folder without its weights, some files replaced; gone after the file's tests. */
export async function changedFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'recheck-tokenizer-'))
  made.push(folder)
  for (const name of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json', 'config.json']) {
    await cp(join(BUILTIN_FOLDER, name), join(folder, name))
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

const made: string[] = []
after(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true })
})
