import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { z } from 'zod'
import { routes, type Route } from '../../src/shared/routes/contract.ts'
import { describeSchema } from './describeSchema.ts'

/**
 * Writes docs/api.md from the schemas and types of the routes: `node scripts/docs/writeApiDocs.ts`, `--check` to
 * compare only.
 */
const project = join(import.meta.dirname, '..', '..')
const target = join(project, 'docs', 'api.md')

const introduction = `# HTTP API

Written by \`npm run docs\` from the schemas and types of \`src/shared/routes\`; do not edit.

\`recheck serve\` answers on 127.0.0.1, and asks for a token of the data folder that it serves:

\`\`\`bash
npx --no-install recheck serve                                     # says its port
export RECHECK_TOKEN=$(npx --no-install recheck token create notebook)
curl http://127.0.0.1:7860/api/run.list -H "Authorization: Bearer $RECHECK_TOKEN" --json '{}'
npx --no-install recheck token revoke notebook                     # from now on it is refused
\`\`\`

\`\`\`python
import json, os, urllib.request

def ask(route, **given):
    request = urllib.request.Request(
        f"http://127.0.0.1:7860/api/{route}",
        data=json.dumps(given).encode(),
        headers={"Authorization": f"Bearer {os.environ['RECHECK_TOKEN']}", "Content-Type": "application/json"},
    )
    answer = json.load(urllib.request.urlopen(request))
    if not answer["ok"]:
        raise RuntimeError(answer["error"]["message"])
    return answer["data"]

for listed in ask("run.list"):
    print(listed["runId"], listed["name"], listed["status"])
\`\`\`

- Every route is a \`POST\` to \`/api/ROUTE\` with its input as JSON, at most 1 MiB. Who sends a token needs no \`Origin\` and no cookie.
- The answer is \`{ "ok": true, "data": … }\` or \`{ "ok": false, "error": { "code", "message" } }\`; a route that refuses answers with status 200,
  a request that reaches none (no token, no such address, too large) with 4xx and the same form. Codes are stable (\`src/shared/errors/errorCodes.ts\`).
- \`GET /events\` is a WebSocket (the same header) that tells of changes: \`StoreEvent\` below. Events are hints and may be dropped; the routes are the truth.
- A token does all that the page does, for whoever holds it on this machine. It works while a server runs on its data folder; the window
  (\`npm start\`) listens on no port. From another machine: \`ssh -L 7860:127.0.0.1:7860 HOST\`.
- Text of models, data sets and names is data: it may hold anything, markup and control characters too.
`

/** The whole of docs/api.md. */
export function apiDocs(): string {
  const source = readSource()
  const names = Object.keys(routes) as Route[]
  const sections = names.map((route) => routeSection(route, source))
  const named = referencedTypes([...names.map((route) => outputNode(route, source)), source.event], source)
  const types = [...named]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text)
    .join('\n\n')
  return [introduction, ...sections, `## Types\n\n\`\`\`ts\n${types}\n\`\`\`\n`].join('\n')
}

interface Source {
  readonly checker: ts.TypeChecker
  /** Of each route: where it stands in the file of its domain. */
  readonly entries: ReadonlyMap<string, ts.PropertyAssignment>
  readonly event: ts.Node
}

function readSource(): Source {
  const path = join(project, 'src', 'shared', 'routes', 'contract.ts')
  const config = ts.getParsedCommandLineOfConfigFile(
    join(project, 'tsconfig.core.json'),
    { noEmit: true },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )
  const program = ts.createProgram([path], config?.options ?? {})
  const checker = program.getTypeChecker()
  const file = program.getSourceFile(path)
  const contract = file && checker.getSymbolAtLocation(file)
  const found = (name: string): ts.Symbol => {
    const symbol = contract?.exports?.get(ts.escapeLeadingUnderscores(name))
    if (symbol === undefined) throw new Error(`${path}: there is no ${name}`)
    return symbol
  }
  const all = checker.getTypeOfSymbol(found('routes')).getProperties()
  const entries = all.flatMap((symbol) => {
    const [declaration] = symbol.declarations ?? []
    return declaration && ts.isPropertyAssignment(declaration) ? [[symbol.name, declaration] as const] : []
  })
  const [event] = found('StoreEvent').declarations ?? []
  if (event === undefined) throw new Error(`${path}: StoreEvent is declared nowhere`)
  return { checker, entries: new Map(entries), event }
}

function entryOf(route: Route, { entries }: Source): ts.PropertyAssignment {
  const entry = entries.get(route)
  if (entry === undefined) throw new Error(`the route ${route} stands in no file of its domain`)
  return entry
}

/** `readonly ListedRun[]` of `output<readonly ListedRun[]>()`. */
function outputNode(route: Route, source: Source): ts.TypeNode {
  const { initializer } = entryOf(route, source)
  const property = ts.isObjectLiteralExpression(initializer)
    ? initializer.properties.find((each) => each.name?.getText() === 'output')
    : undefined
  const call = property && ts.isPropertyAssignment(property) ? property.initializer : undefined
  const [type] = (call && ts.isCallExpression(call) && call.typeArguments) || []
  if (type === undefined) throw new Error(`the route ${route}: expected output<Type>()`)
  return type
}

function routeSection(route: Route, source: Source): string {
  const comment = commentOf(entryOf(route, source))
  const input = describeSchema(z.toJSONSchema(routes[route].input, { io: 'input', unrepresentable: 'any' }))
  const output = outputNode(route, source).getText().replaceAll('readonly ', '')
  return [
    `## ${route}`,
    '',
    ...(comment === '' ? [] : [comment, '']),
    '```ts',
    `input: ${input}`,
    `data: ${output}`,
    '```',
    '',
  ].join('\n')
}

function commentOf(entry: ts.PropertyAssignment): string {
  const text = entry.getSourceFile().text
  const [last] = (ts.getLeadingCommentRanges(text, entry.getFullStart()) ?? []).slice(-1)
  if (last === undefined) return ''
  return text
    .slice(last.pos, last.end)
    .replace(/^\/\*\*|\*\/$/g, '')
    .replaceAll(/^\s*\* ?/gm, '')
    .trim()
}

/** The declarations of our own types that these nodes name, and of those that they name. */
function referencedTypes(nodes: readonly ts.Node[], source: Source): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const visit = (node: ts.Node): void => {
    if (ts.isTypeReferenceNode(node)) add(node.typeName)
    if (ts.isExpressionWithTypeArguments(node)) add(node.expression)
    ts.forEachChild(node, visit)
  }
  const add = (name: ts.Node): void => {
    const declaration = declarationOf(name, source.checker)
    if (declaration === null || found.has(declaration.name.text)) return
    found.set(declaration.name.text, textOf(declaration, source.checker))
    if (!isInferred(declaration)) visit(declaration)
  }
  for (const node of nodes) {
    if (ts.isInterfaceDeclaration(node)) found.set(node.name.text, textOf(node, source.checker))
    visit(node)
  }
  return found
}

type OwnDeclaration = ts.InterfaceDeclaration | ts.TypeAliasDeclaration

function declarationOf(name: ts.Node, checker: ts.TypeChecker): OwnDeclaration | null {
  const symbol = checker.getSymbolAtLocation(name)
  if (symbol === undefined) return null
  const meant = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  const declaration = meant.declarations?.find(
    (each): each is OwnDeclaration => ts.isInterfaceDeclaration(each) || ts.isTypeAliasDeclaration(each),
  )
  if (declaration === undefined) return null
  return declaration.getSourceFile().fileName.includes('/node_modules/') ? null : declaration
}

/** `z.infer<typeof schema>`, `(typeof names)[number]`: what it is only the compiler knows. */
function isInferred(declaration: OwnDeclaration): boolean {
  return ts.isTypeAliasDeclaration(declaration) && /\b(typeof|infer)\b/.test(declaration.type.getText())
}

function textOf(declaration: OwnDeclaration, checker: ts.TypeChecker): string {
  const whole = declaration
    .getFullText()
    .trim()
    .replace(/^[\s\S]*?(?=\/\*\*|export|interface|type)/, '')
  const text = isInferred(declaration)
    ? inferredText(declaration, checker)
    : whole.replace(
        /extends Pick<.*typeof.*(?= \{$)/m,
        `extends Pick<Run, ${inheritedNames(declaration, checker)}>`,
      )
  return text.replaceAll('readonly ', '').replaceAll('export ', '')
}

/** Of a type that takes fields of another by a list of their names. */
function inheritedNames(declaration: OwnDeclaration, checker: ts.TypeChecker): string {
  const own = new Set(
    ts.isInterfaceDeclaration(declaration) ? declaration.members.map((each) => each.name?.getText()) : [],
  )
  return checker
    .getTypeAtLocation(declaration)
    .getProperties()
    .filter(({ name }) => !own.has(name))
    .map(({ name }) => JSON.stringify(name))
    .join(' | ')
}

function inferredText(declaration: OwnDeclaration, checker: ts.TypeChecker): string {
  const { InTypeAlias, NoTruncation, UseAliasDefinedOutsideCurrentScope } = ts.TypeFormatFlags
  const type = checker.getTypeAtLocation(declaration)
  const text = checker.typeToString(
    type,
    undefined,
    InTypeAlias | NoTruncation | UseAliasDefinedOutsideCurrentScope,
  )
  return `type ${declaration.name.text} = ${text}`
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeFileSync(target, apiDocs())
  else if (readFileSync(target, 'utf8') !== apiDocs()) {
    console.error('docs/api.md is not what the routes say: run "npm run docs".')
    process.exitCode = 1
  }
}
