import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { errorData } from '../shared/errors/recheckError.ts'
import type { CommandContext, Register } from './commands/command.ts'
import type { ExitCode } from './commands/exitCode.ts'
import { exitCodeOf } from './commands/exitCode.ts'
import { refuseUnknown, withHelpOption } from './commands/helpRequest.ts'
import { openProgress } from './commands/progressDisplay.ts'
import { runNamingRule } from './commands/runArgument.ts'
import { register as registerCompareEvals } from './commands/compareEvals.ts'
import { register as registerDemo } from './commands/demo.ts'
import { register as registerTrain } from './commands/train.ts'
import { register as registerSweep } from './commands/sweep.ts'
import { register as registerCompareMethods } from './commands/compareMethods.ts'
import { register as registerResume } from './commands/resume.ts'
import { register as registerReplay } from './commands/replay.ts'
import { register as registerEval } from './commands/eval.ts'
import { register as registerExport } from './commands/export.ts'
import { register as registerExportModel } from './commands/exportModel.ts'
import { register as registerReport } from './commands/report.ts'
import { register as registerServe } from './commands/serve.ts'
import { register as registerTemplate } from './commands/template.ts'
import { register as registerModels } from './commands/models.ts'
import { register as registerData } from './commands/data.ts'
import { register as registerDoctor } from './commands/doctor.ts'
import { register as registerGrade } from './commands/grade.ts'
import { register as registerChat } from './commands/chat.ts'
import { register as registerGenerate } from './commands/generate.ts'
import { register as registerVerify } from './commands/verify.ts'
import { register as registerBench } from './commands/bench.ts'
import { register as registerBackup } from './commands/backup.ts'
import { register as registerGc } from './commands/gc.ts'
import { register as registerImportRuns } from './commands/importRuns.ts'
import { register as registerRuns } from './commands/runs.ts'
import { register as registerShow } from './commands/show.ts'
import { register as registerStop } from './commands/stop.ts'
import { register as registerToken } from './commands/token.ts'
import { terminalJson } from './host/machine/terminalText.ts'
import { plainText } from '../shared/text/plainText.ts'
import { endPlainly, keepConsolePlain } from './host/machine/plainConsole.ts'
import { dataFolder, isDebugging, projectFolder, useDataFolder } from './host/machine/paths.ts'

/** Every command, in the order in which `recheck --help` lists them: one import above and one name here. */
export const commands: readonly Register[] = [
  registerDemo,
  registerServe,
  registerToken,
  registerTrain,
  registerSweep,
  registerCompareMethods,
  registerResume,
  registerReplay,
  registerEval,
  registerExport,
  registerExportModel,
  registerReport,
  registerTemplate,
  registerDoctor,
  registerVerify,
  registerBench,
  registerGenerate,
  registerChat,
  registerGrade,
  registerModels,
  registerData,
  registerCompareEvals,
  registerImportRuns,
  registerRuns,
  registerShow,
  registerStop,
  registerBackup,
  registerGc,
]

/** The whole command line as commander sees it; nothing is run. */
export function buildProgram(context: CommandContext): Command {
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  const program = new Command('recheck')
    .description('Trains small language models to check and correct their own answers')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: (text) => void context.stderr.write(plainText(text)),
    })
    .showHelpAfterError('(add --help for usage and examples)')
    .addHelpText('after', `\n${inLines(runNamingRule)}`)
    .addHelpText('after', '\nExit codes: 0 done, 1 failed check or failure, 2 bad input, 130 interrupted.')
  for (const register of commands) register(program, context)
  return program
}

/** As wide as the rest of the help. */
function inLines(text: string): string {
  return text.replaceAll(/(.{1,79})(?: |$)/g, '$1\n').trimEnd()
}

/** Runs one command line in this process and ends it with the command's exit code. */
export async function runCli(args: readonly string[]): Promise<void> {
  keepConsolePlain()
  endPlainly()
  const interruption = new AbortController()
  const exit: { code: ExitCode } = { code: 0 }
  const context = processContext(interruption, exit)
  try {
    const program = buildProgram(context)
    const line = withHelpOption(program, args)
    refuseUnknown(buildProgram(context), line, (text) => void process.stderr.write(plainText(text)))
    await program.parseAsync([...line], { from: 'user' })
  } catch (thrown) {
    exit.code = interruption.signal.aborted ? 130 : reportError(thrown, args)
  }
  // Native libraries may keep threads alive; what was written is flushed first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exit.code)))
}

const passedOnWithinMs = 300

function processContext(interruption: AbortController, exit: { code: ExitCode }): CommandContext {
  let firstMs = 0
  const interrupt = (): void => {
    // one Ctrl-C comes twice where a terminal sends it to all and a program in between passes it on
    if (interruption.signal.aborted && performance.now() - firstMs > passedOnWithinMs) process.exit(130)
    if (interruption.signal.aborted) return
    firstMs = performance.now()
    interruption.abort()
  }
  // SIGHUP: the terminal was closed, or the connection to it was lost
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
  // nobody reads the progress any more (`2>&1 | head`, a closed terminal): no reason to end a run
  process.stderr.on('error', () => undefined)
  // `recheck runs | head`: the reader has gone, so nothing is left to do
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const nowMs = (): number => performance.now()
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    nowMs,
    signal: interruption.signal,
    dataFolder: (chosen) => {
      const folder = dataFolder(chosen)
      if (chosen !== undefined) useDataFolder(folder)
      return folder
    },
    openProgress: () =>
      openProgress({ stream: process.stderr, isTerminal: process.stderr.isTTY === true, nowMs }),
    setExitCode: (exitCode) => {
      exit.code = exitCode
    },
  }
}

function reportError(thrown: unknown, args: readonly string[]): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2
  const error = errorData(thrown)
  const isJson = args.includes('--json')
  if (isJson) process.stdout.write(`${terminalJson({ error })}\n`)
  process.stderr.write(`recheck: ${plainText(error.message)}\n`)
  if (isDebugging() && thrown instanceof Error) process.stderr.write(`${plainText(thrown.stack ?? '')}\n`)
  return exitCodeOf(thrown)
}

if (import.meta.main) await runCli(process.argv.slice(2))
