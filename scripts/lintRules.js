// The project's own ESLint rules, made from the table of import directions. Read by eslint.config.js.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { circleThrough, importsOf, readImportGraph } from './importGraph.ts'
import {
  allowedFolders,
  allowedInEntries,
  allowedPackages,
  coreStages,
  packageOwners,
} from './importTable.ts'

/** Zones of import-x/no-restricted-paths; all of them go into one instance of the rule. */
export function importZones(root) {
  const zones = Object.entries({ ...allowedFolders, ...allowedInEntries }).map(([folder, allowed]) => ({
    target: `./src/${folder}`,
    from: './src',
    except: [folder, ...allowed].map((path) => `./${path}`),
    message: `src/${folder} may import ${['itself', ...allowed.map((path) => `src/${path}`)].join(', ')} only.`,
  }))
  return [...zones, ...stageZones(root)]
}

function stageZones(root) {
  const rootFiles = coreRootFiles(root)
  const zones = coreStages.map((stage, index) => ({
    target: `./src/core/${stage}`,
    from: './src/core',
    except: [...coreStages.slice(0, index + 1), ...rootFiles].map((path) => `./${path}`),
    message: `core/${stage} may import only the stages before it: ${coreStages.slice(0, index).join(', ')}.`,
  }))
  return [
    ...zones,
    {
      target: './src/core/*.ts',
      from: './src/core',
      except: rootFiles.map((path) => `./${path}`),
      message: 'Files beside the stages are below all of them.',
    },
  ]
}

function coreRootFiles(root) {
  return readdirSync(join(root, 'src/core'), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
}

/** `@tensorflow/tfjs` of `@tensorflow/tfjs/dist/x.js`; null for a relative path. */
export function packageName(specifier) {
  if (specifier.startsWith('.') || specifier.startsWith('/')) return null
  if (specifier.startsWith('node:')) return specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** What is wrong with this import of a package from this file (path relative to the root, `/`), or null. */
export function packageProblem(file, specifier) {
  const name = packageName(specifier)
  if (name === null || !file.startsWith('src/')) return null
  const owners = packageOwners[name]
  if (owners && !owners.some((folder) => file.startsWith(`${folder}/`))) {
    return `"${name}" may be imported in ${owners.join(' and ')} only.`
  }
  for (const [folder, allowed] of Object.entries(allowedPackages)) {
    if (file.startsWith(`${folder}/`) && !allowed.includes(name)) {
      return `${folder} may import these packages only: ${allowed.join(', ')}.`
    }
  }
  if (file.startsWith('src/renderer/')) return rendererProblem(file, name)
  return null
}

function rendererProblem(file, name) {
  if (name.startsWith('node:'))
    return 'The page has no Node: ask the main process through src/renderer/src/data/api.ts.'
  const isPlot = file.startsWith('src/renderer/src/plots/')
  if (name === 'echarts' && !isPlot) return 'echarts may be imported in src/renderer/src/plots only.'
  return null
}

const packageImports = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = context.filename.slice(context.cwd.length + 1).replaceAll('\\', '/')
    const check = (source) => {
      if (typeof source?.value !== 'string') return
      const message = packageProblem(file, source.value)
      if (message) context.report({ node: source, message })
    }
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
      'CallExpression[callee.name="require"]': (node) => check(node.arguments[0]),
    }
  },
}

/** Read once for each folder that is linted; the file in hand is read anew, as an editor has it. */
const graphs = new Map()

function graphOf(root) {
  if (!graphs.has(root)) graphs.set(root, readImportGraph(root))
  return graphs.get(root)
}

const noCircles = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const file = context.filename.slice(context.cwd.length + 1).replaceAll('\\', '/')
    return {
      Program(node) {
        const graph = new Map(graphOf(context.cwd)).set(file, importsOf(file, context.sourceCode.text))
        for (const target of graph.get(file)) {
          const circle = circleThrough(graph, file, target)
          if (circle === null) continue
          const importing = node.body.find(({ source }) => source?.value.endsWith(target.split('/').at(-1)))
          const message = `A circle of imports (types count too): ${circle.join(' → ')}.`
          context.report({ node: importing ?? node, message })
        }
      },
    }
  },
}

export const recheckPlugin = { rules: { 'package-imports': packageImports, 'no-circles': noCircles } }
