/**
 * tfjs-node 4.22 calls `util.isNullOrUndefined` and `util.isArray`, which Node 23 removed. Import this before it, in a
 * module of its own: imports run in order, statements after all imports.
 */
import { createRequire } from 'node:module'

interface OldUtil {
  isNullOrUndefined?: (value: unknown) => boolean
  isArray?: (value: unknown) => boolean
}

// the ES module namespace of node:util is frozen; the CommonJS object, which tfjs-node reads, is not
const util = createRequire(import.meta.url)('node:util') as OldUtil
util.isNullOrUndefined ??= (value) => value === null || value === undefined
// Node 24 still has it, with a deprecation warning on stderr
util.isArray = Array.isArray
