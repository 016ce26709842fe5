/** Endings of files of problems, without the dot: the formats, and what they may be packed as. */
export const dataFileEndings: readonly string[] = [
  'csv',
  'tsv',
  'json',
  'jsonl',
  'ndjson',
  'parquet',
  'gz',
  'zst',
  'br',
]
