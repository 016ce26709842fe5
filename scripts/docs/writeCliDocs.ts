import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { Command, Help, Option } from 'commander'
import { z } from 'zod'
import { buildProgram } from '../../src/main/cli.ts'
import type { CommandContext } from '../../src/main/commands/command.ts'
import { runNamingRule } from '../../src/main/commands/runArgument.ts'
import {
  commandLineOf,
  examplesOf,
  outputSchemaOf,
  runnableCommands,
} from '../../src/main/commands/command.ts'
import { describeSchema } from './describeSchema.ts'

/**
 * Writes docs/cli.md from the table of commands: `node scripts/docs/writeCliDocs.ts`, `--check` to compare only.
 */
const target = join(import.meta.dirname, '..', '..', 'docs', 'cli.md')

const introduction = `# Command line

Written by \`npm run docs\` from the table of commands; do not edit.

\`npx --no-install recheck <command>\` in the project folder. Every command takes \`--help\`, \`--json\` (one JSON document
on stdout, whose schema stands below) and \`--data-dir FOLDER\`. Progress and notes go to stderr.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | a check did not hold, or the program or machine failed |
| 2 | bad input |
| 130 | interrupted (Ctrl-C): what was begun is ended in order; a second Ctrl-C ends at once |

${runNamingRule}

Where another process has the data folder open (the window, \`recheck serve\`, a training command), \`demo\`, \`estimate\`,
\`train\`, \`resume\`, \`stop\` and \`gc\` are handed over to it: the run is executed there and followed in this terminal.
Ctrl-C stops it after its step; a second one leaves at once, and the run still finishes that step. All other commands
but \`serve\` only read and work beside it. Scripts and notebooks ask \`recheck serve\` by HTTP: docs/api.md.

An error is a few lines on stderr; with \`--json\`, \`{ "error": { "code", "message" } }\` on stdout too.
Runs, checkpoints, and the libraries of models and data sets are in \`--data-dir\`, else \`RECHECK_HOME\`, else the platform's folder for application data
(Linux: \`$XDG_DATA_HOME/recheck\`). What can be fetched again is in \`RECHECK_CACHE\`, else the platform's cache folder.
\`RECHECK_DEBUG=1\` shows stack traces.
`

/** The whole of docs/cli.md. */
export function cliDocs(): string {
  const sections = runnableCommands(buildProgram(inertContext())).map(commandSection)
  return [introduction, ...sections].join('\n')
}

function commandSection(command: Command): string {
  const help = command.createHelp()
  const rows = [...argumentRows(command, help), ...command.options.map(optionRow)]
  const schema = outputSchemaOf(command)
  return [
    `## ${commandLineOf(command)}`,
    '',
    /[.?!]$/.test(command.description()) ? command.description() : `${command.description()}.`,
    '',
    '```bash',
    ...examplesOf(command),
    '```',
    '',
    '| argument or option | meaning |',
    '| --- | --- |',
    ...rows,
    '',
    ...(schema
      ? [
          '`--json` prints:',
          '',
          '```ts',
          describeSchema(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' })),
          '```',
          '',
        ]
      : []),
  ].join('\n')
}

function argumentRows(command: Command, help: Help): string[] {
  return command.registeredArguments.map((one) => row(`<${one.name()}>`, help.argumentDescription(one)))
}

function optionRow(option: Option): string {
  // an option that may be given again has an empty list for its default
  const fallback = String(option.defaultValue ?? '')
  return row(option.flags, option.description + (fallback === '' ? '' : ` (default: ${fallback})`))
}

function row(name: string, meaning: string): string {
  return `| \`${name.replaceAll('|', '\\|')}\` | ${meaning.replaceAll('|', '\\|')} |`
}

function inertContext(): CommandContext {
  const sink = new PassThrough()
  return {
    stdin: sink,
    stdout: sink,
    stderr: sink,
    nowMs: () => 0,
    signal: new AbortController().signal,
    dataFolder: () => '',
    openProgress: () => ({ update: () => {}, stop: () => {} }),
    setExitCode: () => {},
  }
}

if (import.meta.main) {
  if (!process.argv.includes('--check')) writeFileSync(target, cliDocs())
  else if (readFileSync(target, 'utf8') !== cliDocs()) {
    console.error('docs/cli.md is not what the commands say: run "npm run docs".')
    process.exitCode = 1
  }
}
