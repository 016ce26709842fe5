import type { Command } from 'commander'
import { z } from 'zod'
import { valueAtPath } from '../../shared/config/fields.ts'
import { configProblems, type ConfigProblem } from '../../shared/config/problems.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { ExitCode } from './exitCode.ts'
import type { ProgressDisplay } from './progressDisplay.ts'
import { terminalJson, withDataFolder } from '../host/machine/terminalText.ts'
import { firstLines, plainText } from '../../shared/text/plainText.ts'

/** What the command line gives every command; made once in cli.ts, replaced in tests. */
export interface CommandContext {
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
  readonly nowMs: () => number
  /** Aborted by the first Ctrl-C (or SIGTERM); a second one ends the process at once. */
  readonly signal: AbortSignal
  /** Where run store and checkpoints are: `--data-dir`, else `RECHECK_HOME`, else XDG. Absolute. */
  readonly dataFolder: (chosen: string | undefined) => string
  readonly openProgress: () => ProgressDisplay
  readonly setExitCode: (exitCode: ExitCode) => void
}

/** What one call of a command has at hand. */
export interface CommandCall {
  /** `--json` was given: stdout belongs to the one JSON document. */
  readonly json: boolean
  readonly dataFolder: string
  /** As it was given by `--data-dir`. */
  readonly dataDir: string | undefined
  readonly signal: AbortSignal
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream
  readonly nowMs: () => number
  /** On stderr. */
  readonly progress: ProgressDisplay
  /**
   * Text for people on stdout, as it comes (streamed tokens): nothing is added, nothing shown with `--json`.
   */
  print(text: string): void
  /** One line on stderr. */
  note(line: string): void
}

/** How a command ends. */
export interface CommandResult<Output> {
  /** The document that `--json` prints. */
  readonly output: Output
  /** What is printed without `--json`; '' where `print` has said all. */
  readonly text: string
  /** 1: the command did its work and a check did not hold. Left out: 0, or 130 after an interruption. */
  readonly exitCode?: ExitCode
}

export interface CommandSpec<Input, Output> {
  readonly name: string
  /** One line, lower case, no full stop. */
  readonly summary: string
  /** Full command lines as one would type them; shown by `--help` and in docs/cli.md. */
  readonly examples: readonly string[]
  /** Arguments and options by camelCase name; commander gives text, so numbers are `z.coerce.number()`. */
  readonly input: z.ZodType<Input>
  /** The documented schema of `--json`. */
  readonly output: z.ZodType<Output>
  /** Loads what it needs by dynamic import, so that `--help` stays instant. */
  readonly run: (input: Input, call: CommandCall) => Promise<CommandResult<Output>>
}

/** What every file in this folder that holds a command exports. */
export type Register = (program: Command, context: CommandContext) => void

const outputSchemas = new WeakMap<Command, z.ZodType>()
const exampleLines = new WeakMap<Command, readonly string[]>()

/** The schema of the document that a command prints with `--json`. */
export function outputSchemaOf(command: Command): z.ZodType | undefined {
  return outputSchemas.get(command)
}

export function examplesOf(command: Command): readonly string[] {
  return exampleLines.get(command) ?? []
}

/**
 * The commands that can be run, those inside groups (`recheck data check`) included, in the order of the
 * help.
 */
export function runnableCommands(group: Command): Command[] {
  return group.commands.flatMap((command) =>
    outputSchemas.has(command) ? [command] : runnableCommands(command),
  )
}

/** `recheck data check`: how the command is called. */
export function commandLineOf(command: Command): string {
  return command.parent ? `${commandLineOf(command.parent)} ${command.name()}` : command.name()
}

/**
 * Adds a command with `--json`, `--data-dir`, examples, parsed input and checked output.
 *
 * @returns commander's command: add arguments and options to it
 *   (`.argument('<folder>', …).option('--steps <n>', …)`)
 */
export function addCommand<Input, Output>(
  program: Command,
  context: CommandContext,
  spec: CommandSpec<Input, Output>,
): Command {
  const command = program.command(spec.name).description(spec.summary)
  outputSchemas.set(command, spec.output)
  exampleLines.set(command, spec.examples)
  command
    .option('--json', 'print one JSON document on stdout instead of text')
    .option(
      '--data-dir <folder>',
      'folder of runs, checkpoints, models and data sets (else RECHECK_HOME, else the XDG data folder)',
    )
    .addHelpText('after', ['', 'Examples:', ...spec.examples.map((line) => `  $ ${line}`)].join('\n'))
    .action(async () => {
      const input = parseInput(command, spec.input)
      const call = openCall(command, context)
      try {
        const result = await spec.run(input, call)
        call.progress.stop()
        writeResult(context, call, { output: checkedOutput(spec, result.output), text: result.text })
        context.setExitCode(result.exitCode ?? (context.signal.aborted ? 130 : 0))
      } catch (thrown) {
        throw inThisFolder(thrown, call)
      } finally {
        call.progress.stop()
      }
    })
  return command
}

/** An error whose way out is typed as printed. */
function inThisFolder(thrown: unknown, { dataDir }: CommandCall): unknown {
  if (!(thrown instanceof RecheckError) || dataDir === undefined) return thrown
  return new RecheckError(thrown.code, withDataFolder(thrown.message, dataDir), thrown.data)
}

function parseInput<Input>(command: Command, schema: z.ZodType<Input>): Input {
  const given: Record<string, unknown> = { ...command.opts() }
  command.registeredArguments.forEach((argument, index) => {
    const name = argument.name().replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    if (command.processedArgs[index] !== undefined) given[name] = command.processedArgs[index]
  })
  const parsed = schema.safeParse(given)
  const problems = parsed.success
    ? emptyNumbers(given, parsed.data)
    : configProblems(parsed.error.issues, given)
  if (parsed.success && problems.length === 0) return parsed.data
  const lines = problems.map(
    ({ path, expected, got }) => `${nameOf(command, path)}: expected ${expected}, got ${got}`,
  )
  throw usageError(command, firstLines(lines).join('; '))
}

/** An empty text would count as 0: in a script it is a variable that was never set. */
function emptyNumbers(given: Readonly<Record<string, unknown>>, input: unknown): readonly ConfigProblem[] {
  return Object.entries(given)
    .filter(([name, text]) => text === '' && typeof valueAtPath(input, name) === 'number')
    .map(([path]) => ({ path, expected: 'a number', got: '""' }))
}

/** As it is typed: `--max-tokens`, `<run>`. */
function nameOf(command: Command, path: string): string {
  const option = command.options.find((each) => each.attributeName() === path)
  return option?.long ?? (path === '(top level)' ? '(input)' : `<${path}>`)
}

function usageError(command: Command, problem: string): RecheckError {
  const line = commandLineOf(command)
  return new RecheckError('usage.invalid', `${line}: ${problem}. See "${line} --help".`)
}

function openCall(command: Command, context: CommandContext): CommandCall {
  const { json, dataDir } = z
    .object({ json: z.boolean().optional(), dataDir: z.string().optional() })
    .parse(command.opts())
  if (dataDir === '') throw usageError(command, '--data-dir: expected a folder, got ""')
  const { stdin, stdout, stderr, signal, nowMs } = context
  const progress = context.openProgress()
  return {
    json: json === true,
    dataFolder: context.dataFolder(dataDir),
    dataDir,
    signal,
    stdin,
    nowMs,
    progress,
    print: (text) => void (json || stdout.write(plainText(text))),
    note: (line) => {
      progress.stop()
      stderr.write(`${plainText(withDataFolder(line, dataDir))}\n`)
    },
  }
}

function checkedOutput<Input, Output>(spec: CommandSpec<Input, Output>, output: Output): Output {
  const parsed = spec.output.safeParse(output)
  if (parsed.success) return parsed.data
  throw new Error(
    `recheck ${spec.name}: its own --json document does not fit its schema: ${parsed.error.message}`,
  )
}

function writeResult(context: CommandContext, call: CommandCall, result: CommandResult<unknown>): void {
  if (call.json) return void context.stdout.write(`${terminalJson(result.output)}\n`)
  const text = plainText(withDataFolder(result.text, call.dataDir))
  if (text !== '') context.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}
