import { createNodeResolver, flatConfigs as importConfigs, importX } from 'eslint-plugin-import-x'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'
import { importZones, recheckPlugin } from './scripts/lintRules.js'

const root = import.meta.dirname
const typescript = ['**/*.ts', '**/*.tsx']

const noModuleState = [
  'Program > VariableDeclaration[kind="let"]',
  'Program > ExportNamedDeclaration > VariableDeclaration[kind="let"]',
].map((selector) => ({ selector, message: 'No state at module level: pass it, or own it in a class.' }))

const noBarrels = ['ExportAllDeclaration', 'ExportNamedDeclaration[source]'].map((selector) => ({
  selector,
  message: 'No barrels: import from the file that defines it.',
}))

// a spread is exempt from TypeScript's check for excess properties, so a misspelt field would pass
const noSpreadLiterals = [
  'ObjectExpression > SpreadElement > ObjectExpression',
  'JSXSpreadAttribute > ObjectExpression',
  ':matches(CallExpression, NewExpression, ArrayExpression) > SpreadElement > ArrayExpression',
].map((selector) => ({
  selector,
  message: 'Write the fields or the items themselves: a spread literal hides typos.',
}))

const noHiddenInputs = [
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    what: 'randomness (forkRandom)',
  },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', what: 'the clock (nowMs)' },
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', what: 'the clock (nowMs)' },
  { selector: 'MemberExpression[object.name="process"][property.name="env"]', what: 'the environment' },
].map(({ selector, what }) => ({ selector, message: `Outside src/main/host, ${what} is an argument.` }))

export default tseslint.config(
  {
    ignores: [
      'node_modules/',
      'out/',
      'dist/',
      '.cache/',
      'bench/out/',
      'resources/models/',
      'tests/fixtures/',
      '**/*.min.js',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommended,
  {
    files: typescript,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    plugins: { 'import-x': importX, recheck: recheckPlugin },
    settings: {
      ...importConfigs.typescript.settings,
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'] })],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: root, zones: importZones(root) }],
      'recheck/no-circles': 'error',
      'recheck/package-imports': 'error',
      'no-restricted-syntax': ['error', ...noModuleState, ...noBarrels, ...noSpreadLiterals],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 60],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: ['src/main/host/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...noModuleState,
        ...noBarrels,
        ...noSpreadLiterals,
        ...noHiddenInputs,
      ],
    },
  },
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    rules: { 'no-restricted-syntax': ['error', ...noSpreadLiterals] },
  },
  { files: ['src/shared/**/*.ts'], rules: { 'max-params': ['error', 3] } },
  {
    files: ['src/main/host/machine/plainConsole.ts', 'scripts/**', 'bench/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // node:test's own test() and describe() return promises that the runner awaits; what `before` opens has to be
    // held somewhere for `after`
    files: ['tests/**/*.ts', 'bench/**/*.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...noBarrels, ...noSpreadLiterals],
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
    },
  },
  {
    // stands for the entry of a package, which is a list of exports
    files: ['tests/electron/electronDouble.ts'],
    rules: { 'no-restricted-syntax': ['error', ...noSpreadLiterals] },
  },
  {
    // run by the Node 12 of an older Electron, which loads no ES modules here
    files: ['tests/electron/real/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['src/renderer/**/*.ts', 'src/renderer/**/*.tsx'],
    ...reactHooks.configs.flat.recommended,
    rules: {
      ...reactHooks.configs.flat.recommended.rules,
      // speaks of the React Compiler, which this project does not use
      'react-hooks/incompatible-library': 'off',
    },
  },
)
