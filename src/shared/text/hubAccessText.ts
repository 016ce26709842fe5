import type { HubAccess } from '../routes/library/hub.ts'

/** Where the token comes from, in a sentence that holds in a terminal and on a page. */
export function hubAccessText({ endpoint, tokenFrom, keyStore, problem }: HubAccess): string {
  const used = tokenFrom === null ? 'no token' : `the token of ${sourceWords[tokenFrom]}`
  const where = endpoint === '' ? '' : ` for ${endpoint}`
  const beside =
    keyStore === 'holds a token' && tokenFrom !== 'key store' && tokenFrom !== null
      ? '; the one of the key store comes after it'
      : ''
  const why =
    problem === null ? '' : keyStore === 'none here' ? `; no key store here: ${problem}` : `; ${problem}`
  return `${used}${where}${beside}${why}`
}

const sourceWords = {
  HF_TOKEN: 'the variable HF_TOKEN',
  HF_TOKEN_PATH: 'the file that HF_TOKEN_PATH names',
  'key store': 'this machine’s key store',
  'hf auth login': 'the file that "hf auth login" wrote',
} as const
