import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../../src/renderer/src')
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) =>
  path.replaceAll('\\', '/'),
)
const modules = files.filter((path) => path.endsWith('.module.css'))
const text = (path: string): string => readFileSync(join(root, path), 'utf8')

function classesOf(css: string): Set<string> {
  const own = css.replace(/\/\*[^]*?\*\//g, '').replace(/:global\([^)]*\)/g, '')
  return new Set([...own.matchAll(/\.([a-zA-Z][\w-]*)(?=[^{}]*\{)/g)].map((match) => match[1] ?? ''))
}

function componentOf(module: string): string {
  const path = module.replace(/\.module\.css$/, '')
  return existsSync(join(root, `${path}.tsx`)) ? `${path}.tsx` : `${path}.ts`
}

test('a component uses every class of its stylesheet, and none that is not there', () => {
  assert.ok(modules.length > 25, `${modules.length} stylesheets`)
  for (const module of modules) {
    const used = new Set(
      [...text(componentOf(module)).matchAll(/\bstyles\.(\w+)/g)].map((match) => match[1] ?? ''),
    )
    assert.deepEqual([...used].sort(), [...classesOf(text(module))].sort(), module)
  }
})

test('a class that no stylesheet of a component has is one that several share', () => {
  const shared = classesOf(text('app.css'))
  const unknown = files
    .filter((path) => path.endsWith('.tsx'))
    .flatMap((path) =>
      [...text(path).matchAll(/className=(?:"([^"]*)"|\{`([^`]*)`\})/g)].flatMap(([, plain, built = '']) =>
        (plain ?? built.replace(/\$\{[^}]*\}/g, ' '))
          .split(' ')
          .filter((name) => name !== '' && !shared.has(name))
          .map((name) => `${path}: ${name}`),
      ),
    )
  assert.deepEqual(unknown, [])
})

test('classes are found in a selector, not in values or in what is global', () => {
  const css = '/* .no { } */ .a:hover, .b > :global(.c) { margin: .5rem } @media (x) { .d { color: red } }'
  assert.deepEqual([...classesOf(css)], ['a', 'b', 'd'])
})

test('no two stylesheets have the same name: a class is named after its file', () => {
  assert.deepEqual(
    modules.map((module) => basename(module)).filter((name, index, all) => all.indexOf(name) !== index),
    [],
  )
})

test('colours stand in the theme alone', () => {
  const named = files
    .filter((path) => path.endsWith('.css'))
    .filter((path) => /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i.test(text(path)))
  assert.deepEqual(named, [])
})
