import { isScalar, parseDocument, visit } from 'yaml'

/** Far above any config or prompt template; a parser given a data set by mistake would take minutes. */
const longestText = 200_000
/** Each is looked for among all others. */
const mostAnchors = 1_000

/**
 * A YAML text as a value; YAML 1.2 holds JSON. What would be left out with a warning (an unknown tag, an
 * alias without an anchor) and a key that stands twice are errors.
 *
 * @throws Error in words, with the line
 */
export function parseYaml(text: string): unknown {
  if (text.length > longestText) {
    throw new Error(`it has ${text.length} characters; such a file has at most ${longestText}`)
  }
  const anchors = text.match(/[&*][^\s&*]/g)?.length ?? 0
  if (anchors > mostAnchors)
    throw new Error(`it has ${anchors} anchors and aliases, more than ${mostAnchors}`)
  // the parser compares each key of a map with all others: repeats are looked for here
  const document = parseDocument(text, { logLevel: 'silent', uniqueKeys: false })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) throw new Error(problem.message)
  visit(document, {
    Map(_key, { items }) {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        const name: unknown = isScalar(key) ? key.value : key
        if (seen.has(name)) throw new Error(`the key ${JSON.stringify(name)} stands twice`)
        seen.add(name)
      }
    },
  })
  const value: unknown = document.toJS()
  try {
    JSON.stringify(value)
  } catch {
    throw new Error('an alias stands within its own anchor')
  }
  return value
}
