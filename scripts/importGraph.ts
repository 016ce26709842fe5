// Which of our files imports which, types included. Read by the lint rule against circles and by its tests.
// (import-x/no-cycle leaves type imports out, and types alone can tie two files together.)
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** Files by path relative to the root, with `/`, and what each imports, in the same form. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>

const folders: readonly string[] = ['src', 'tests', 'scripts', 'bench']

/** The graph of all TypeScript and JavaScript files of a project. */
export function readImportGraph(root: string): ImportGraph {
  return new Map(
    folders
      .flatMap((folder) => sourceFilesIn(root, folder))
      .map((path) => [path, importsOf(path, readFileSync(join(root, path), 'utf8'))] as const),
  )
}

function sourceFilesIn(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:tsx?|m?js)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
      .map((path) => path.replaceAll('\\', '/'))
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return []
    throw thrown
  }
}

/** Every way to import one of our files: of values, of types, for its effect, at run time. */
export function importsOf(path: string, text: string): ReadonlySet<string> {
  const patterns = [
    /^(?:import|export)\s[^'"`;]*?\sfrom\s+['"](\.[^'"]+)['"]/gm,
    /^import\s+['"](\.[^'"]+)['"]/gm,
    /\bimport\(\s*['"](\.[^'"]+)['"]/g,
  ]
  const specifiers = patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
  return new Set(specifiers.map((specifier) => posix.join(posix.dirname(path), specifier)))
}

/**
 * The shortest way from a file back to itself through `target`, which it imports; null where there is none.
 */
export function circleThrough(graph: ImportGraph, file: string, target: string): readonly string[] | null {
  const cameFrom = new Map<string, string | null>([[target, null]])
  const waiting = [target]
  for (const current of waiting) {
    if (current === file) return [file, ...wayTo(current, cameFrom)]
    for (const next of graph.get(current) ?? []) {
      if (cameFrom.has(next) || !graph.has(next)) continue
      cameFrom.set(next, current)
      waiting.push(next)
    }
  }
  return null
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string | null>): string[] {
  const way: string[] = []
  for (let at: string | null | undefined = end; at !== null && at !== undefined; at = cameFrom.get(at)) {
    way.unshift(at)
  }
  return way
}

/** Every circle once, as the files in order; empty when there is none. */
export function circlesOf(graph: ImportGraph): readonly (readonly string[])[] {
  const circles = new Map<string, readonly string[]>()
  for (const [file, targets] of graph) {
    for (const target of targets) {
      const circle = circleThrough(graph, file, target)
      const name = [...new Set(circle)].sort().join()
      if (circle !== null && !circles.has(name)) circles.set(name, circle)
    }
  }
  return [...circles.values()]
}
