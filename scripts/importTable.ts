// The table of who may import what, read by the lint rules (scripts/lintRules.js) and by their tests.
// Why it is so stands in docs/architecture.md.

/** The core's stages from left to right: each may import those before it. */
export const coreStages: readonly string[] = [
  'data',
  'tokens',
  'graph',
  'model',
  'decoder',
  'sampling',
  'rollout',
  'reward',
  'rl',
  'optim',
  'train',
  'sweep',
]

/**
 * For every room under src: the rooms of ours that it may import beside itself. The trainer and the owner are
 * two processes that share nothing but what they say to each other (`wire`) and what a config names (`run`),
 * and only the owner's side knows the store.
 */
export const allowedFolders: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  core: ['shared'],
  'main/disk': ['shared'],
  'main/store': ['shared', 'main/disk'],
  'main/host': ['shared', 'core', 'main/disk'],
  'main/wire': ['shared', 'core'],
  'main/run': ['shared', 'core', 'main/host', 'main/disk'],
  'main/trainer': ['shared', 'core', 'main/host', 'main/wire', 'main/run', 'main/disk'],
  'main/owner': ['shared', 'core', 'main/store', 'main/host', 'main/wire', 'main/run', 'main/disk'],
  'main/tools': [
    'shared',
    'core',
    'main/disk',
    'main/store',
    'main/host',
    'main/wire',
    'main/run',
    'main/trainer',
    'main/owner',
  ],
  'main/api': ['shared', 'main/store', 'main/wire', 'main/owner', 'main/tools'],
  'main/app': ['shared', 'main/api'],
  'main/commands': [
    'shared',
    'core',
    'main/store',
    'main/host',
    'main/wire',
    'main/run',
    'main/trainer',
    'main/owner',
    'main/tools',
    'main/api',
  ],
  preload: ['shared'],
  renderer: ['shared'],
}

/** The entries, where the rooms are put together. */
export const allowedInEntries: Readonly<Record<string, readonly string[]>> = {
  'main/index.ts': ['shared', 'main/app', 'main/api', 'main/host'],
  'main/cli.ts': ['shared', 'main/commands', 'main/api', 'main/store', 'main/owner', 'main/host'],
  'main/inspect.ts': ['shared', 'core', 'main/host', 'main/owner', 'main/trainer', 'main/tools'],
  'main/worker.ts': ['shared', 'core', 'main/host', 'main/trainer'],
}

/** Packages that only the named folders may import, in whatever way. */
export const packageOwners: Readonly<Record<string, readonly string[]>> = {
  electron: ['src/main/app', 'src/preload'],
  'better-sqlite3': ['src/main/store'],
  '@tensorflow/tfjs-node-gpu': ['src/main/host'],
  'onnxruntime-node': ['src/main/host'],
  '@huggingface/hub': ['src/main/host'],
  '@huggingface/jinja': ['src/main/host'],
  '@napi-rs/keyring': ['src/main/host'],
  '@xenova/transformers': ['src/main/host'],
  '@tensorflow/tfjs': ['src/core', 'src/main/host'],
}

/** Folders with a closed list of packages (node's own modules are packages here). */
export const allowedPackages: Readonly<Record<string, readonly string[]>> = {
  // yaml and zod touch neither files nor the machine; the page and the command line read a config with the
  // same rules
  'src/shared': ['yaml', 'zod'],
  // protobufjs writes SavedModel and ONNX bytes; it touches neither files nor the machine
  'src/core': ['@tensorflow/tfjs', 'protobufjs'],
  'src/preload': ['electron'],
}
