/**
 * Who may import what, written a second time by hand from the design (docs/architecture.md), so that neither the
 * lint configuration nor its test can drift alone.
 */
export const importTable: Readonly<Record<string, readonly string[]>> = {
  'src/shared': [],
  'src/core': ['src/shared'],
  'src/main/store': ['src/shared'],
  'src/main/host': ['src/shared', 'src/core'],
  'src/main/jobs': ['src/shared', 'src/core', 'src/main/store', 'src/main/host'],
  'src/main/api': ['src/shared', 'src/main/store', 'src/main/jobs'],
  'src/main/app': ['src/shared', 'src/main/api'],
  'src/main/commands': [
    'src/shared',
    'src/core',
    'src/main/store',
    'src/main/host',
    'src/main/jobs',
    'src/main/api',
  ],
  'src/preload': ['src/shared'],
  'src/renderer': ['src/shared'],
}

/** The entries may import these beside `src/shared`. */
export const entryTable: Readonly<Record<string, readonly string[]>> = {
  'src/main/index.ts': ['src/main/app', 'src/main/api', 'src/main/host'],
  'src/main/serve.ts': ['src/main/api', 'src/main/store', 'src/main/jobs', 'src/main/host'],
  'src/main/cli.ts': [
    'src/main/commands',
    'src/main/api',
    'src/main/store',
    'src/main/jobs',
    'src/main/host',
  ],
  'src/main/answer.ts': ['src/core', 'src/main/host', 'src/main/jobs'],
  'src/main/worker.ts': ['src/core', 'src/main/host', 'src/main/jobs'],
}

/** The one import of an entry: `recheck serve` starts what the browser's shell starts. */
export const entryImports: readonly string[] = ['src/main/commands → src/main/serve.ts']

/** Left to right: a stage may import those before it. */
export const stages = 'data tokens graph model sampling rollout reward rl optim train sweep'.split(' ')

/** Packages with one home. */
export const packageHomes: Readonly<Record<string, readonly string[]>> = {
  electron: ['src/main/app', 'src/preload'],
  'better-sqlite3': ['src/main/store'],
  '@tensorflow/tfjs-node-gpu': ['src/main/host'],
  'onnxruntime-node': ['src/main/host'],
  '@xenova/transformers': ['src/main/host'],
  '@tensorflow/tfjs': ['src/core', 'src/main/host'],
}

/** True when a file of `from` may import a file of `to` (both folders of the table, or below one). */
export function mayImport(from: string, to: string): boolean {
  return from === to || (importTable[from] ?? []).includes(to)
}

/** The folder of the table that holds this path (relative to the root, `/`), or null. */
export function tableFolderOf(path: string): string | null {
  return Object.keys(importTable).find((folder) => path.startsWith(`${folder}/`)) ?? null
}
