/**
 * Beginnings of files that are often found under the name of another, in lower case, and what to do about
 * them.
 */
const kinds: readonly { readonly begins: readonly string[]; readonly what: string }[] = [
  {
    begins: ['version https://git-lfs'],
    what: 'is a Git LFS pointer, not the file itself: run `git lfs pull` in its folder, or download the file',
  },
  {
    begins: ['<!doctype', '<html', '<?xml'],
    what: 'is a web page, perhaps an error or a login page that was saved under this name: download the file again',
  },
  {
    begins: ['gguf'],
    what: 'is a GGUF file under another name: make a model of it with `recheck models import`',
  },
  {
    begins: ['pk\u0003\u0004'],
    what: 'is a zip archive, perhaps PyTorch weights under another name: take the model’s safetensors',
  },
  { begins: ['\u001f\u008b'], what: 'is compressed with gzip: unpack it' },
]

/** Bytes that `foreignContent` looks at. */
export const telltaleBytes = 64

/** What a file is that is not what its name says, told by its first bytes; null where they say nothing. */
export function foreignContent(firstBytes: Uint8Array): string | null {
  const first = firstBytes.subarray(0, telltaleBytes)
  if (first.length === 0) return 'is empty: fetch or copy the file again'
  if (first.every((byte) => byte === 0))
    return 'begins with zeros alone, as after a download that was cut off: fetch the file again'
  const text = String.fromCharCode(...first)
    .trimStart()
    .toLowerCase()
  return kinds.find(({ begins }) => begins.some((beginning) => text.startsWith(beginning)))?.what ?? null
}
