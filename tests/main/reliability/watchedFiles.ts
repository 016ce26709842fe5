import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One call of the file system, before or after it was made. */
export interface FileCall {
  readonly name: string
  /** What it is about: of a handle, the path that it was opened with. */
  readonly path: string
  /** Of `rename`: the new path. */
  readonly target: string | null
  /** Of a writing: the bytes. */
  readonly data: Uint8Array | null
}

export interface FileWatch {
  /** Called before each; what it throws is what the call throws. */
  readonly before?: (call: FileCall) => void
  /** Called once it has been made. */
  readonly after?: (call: FileCall) => void
}

type Functions = Record<string, (...values: unknown[]) => unknown>

const promised = ['mkdir', 'open', 'rename', 'rm', 'readFile', 'readdir'] as const
const handled = ['writeFile', 'sync'] as const
const immediate = ['mkdirSync', 'openSync', 'readSync', 'closeSync'] as const

/**
 * Has every call of the file system that goes through the named functions of Node watched, also by modules
 * that have imported them by name.
 *
 * @returns a function that ends it
 */
export async function watchFiles(watch: FileWatch): Promise<() => void> {
  const probe = await fs.promises.open(join(tmpdir(), `recheck-probe-${process.pid}`), 'w')
  const handles = Object.getPrototypeOf(probe) as Functions
  await probe.close()
  const paths = new WeakMap<object, string>()
  const undo = [
    ...promised.map((name) => replace(fs.promises as unknown as Functions, name, watch, paths)),
    ...immediate.map((name) => replace(fs as unknown as Functions, name, watch, paths)),
    ...handled.map((name) => replace(handles, name, watch, paths)),
  ]
  syncBuiltinESMExports()
  return () => {
    undo.forEach((each) => each())
    syncBuiltinESMExports()
  }
}

function replace(
  owner: Functions,
  name: string,
  watch: FileWatch,
  paths: WeakMap<object, string>,
): () => void {
  const original = owner[name]
  if (original === undefined) throw new Error(`there is no ${name} to watch`)
  owner[name] = function (this: object, ...values: unknown[]): unknown {
    const call = callOf(name, values, paths.get(this) ?? '')
    watch.before?.(call)
    const made = original.apply(this, values)
    if (!(made instanceof Promise)) {
      watch.after?.(call)
      return made
    }
    return made.then((result: unknown) => {
      if (name === 'open') paths.set(result as object, call.path)
      watch.after?.(call)
      return result
    })
  }
  return () => void (owner[name] = original)
}

function callOf(name: string, values: readonly unknown[], handlePath: string): FileCall {
  const [first, second] = values
  return {
    name,
    path:
      typeof first === 'string'
        ? name === 'writeFile' && handlePath !== ''
          ? handlePath
          : first
        : handlePath,
    target: name === 'rename' ? String(second) : null,
    data: name === 'writeFile' ? bytesOf(first) : null,
  }
}

function bytesOf(value: unknown): Uint8Array {
  return typeof value === 'string' ? new TextEncoder().encode(value) : Uint8Array.from(value as Uint8Array)
}
