import { join } from 'node:path'
import type { TokenizerFacts } from '../../../../core/model/gguf/ggufVocabulary.ts'
import { readJsonFile } from '../../machine/jsonFiles.ts'
import { loadTokenizer, readTokenizerFiles } from '../hubTokenizer.ts'

/**
 * The tokenizer of a model folder as a GGUF file is made of it.
 *
 * @throws RecheckError as `loadTokenizer`
 */
export async function readTokenizerFacts(folder: string): Promise<TokenizerFacts> {
  const { codec, template, specialTokens } = await readTokenizerFiles(folder)
  const { bosId, endIds, padId } = await loadTokenizer(folder)
  const { idOf, tokenOf, tokens } = codec.added
  const idOfText = (text: string | undefined): number | null =>
    (text === undefined ? undefined : idOf.get(text)) ?? null
  const file = join(folder, 'tokenizer.json')
  const eos = idOfText(specialTokens.eos_token)
  return {
    file,
    json: (await readJsonFile(file)) ?? {},
    tokenOf,
    added: new Map(tokens.map(({ content, special }) => [content, special])),
    bosId,
    // llama.cpp takes the first for the end of a turn
    endIds: eos !== null && endIds.includes(eos) ? [eos, ...endIds.filter((id) => id !== eos)] : endIds,
    unknownId: idOfText(specialTokens.unk_token),
    padId: specialTokens.pad_token === undefined ? null : padId,
    chatTemplate: template?.text ?? null,
  }
}
