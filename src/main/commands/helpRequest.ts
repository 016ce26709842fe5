import { CommanderError, type Command } from 'commander'

const asksForHelp = new Set(['--help', '-h'])
const asksForVersion = new Set(['--version', '-V'])

/** What is wrong with a command line in which only its help was asked for. */
const refusals: readonly string[] = [
  'commander.unknownCommand',
  'commander.unknownOption',
  'commander.excessArguments',
]

/**
 * `help data check` as `data check --help`: commander's own help command knows one word and answers an
 * unknown one with the help of what is above it.
 */
export function withHelpOption(program: Command, args: readonly string[]): readonly string[] {
  const at = args.indexOf('help')
  const isHelpCommand = at >= 0 && groupNamed(program, args.slice(0, at)) !== null
  return isHelpCommand ? [...args.slice(0, at), ...args.slice(at + 1), '--help'] : args
}

/** The group of commands that these words lead to; null where they lead to a command, or nowhere. */
function groupNamed(program: Command, words: readonly string[]): Command | null {
  const found = words.reduce<Command | undefined>(
    (group, word) => group?.commands.find((command) => command.name() === word),
    program,
  )
  return found !== undefined && found.commands.length > 0 ? found : null
}

/**
 * Commander answers `nonsense --help` and `doctor --nonsense --help` with some help and the exit code 0. Here
 * such a line is read without its `--help` first, by a program whose commands do nothing.
 *
 * @param inert    a program of its own; it is changed
 * @throws CommanderError with commander's own message, and its suggestion, for what is not known
 */
export function refuseUnknown(inert: Command, args: readonly string[], write: (text: string) => void): void {
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const isRequest = (word: string, index: number): boolean =>
    index < end && (asksForHelp.has(word) || asksForVersion.has(word))
  if (!args.some(isRequest)) return
  let said = ''
  disarm(inert, (text) => (said += text))
  try {
    inert.parse(
      args.filter((word, index) => !isRequest(word, index)),
      { from: 'user' },
    )
  } catch (thrown) {
    if (!(thrown instanceof CommanderError) || !refusals.includes(thrown.code)) return
    write(said)
    throw thrown
  }
}

/** Nothing is run and nothing is missing: only what is there is looked at. */
function disarm(command: Command, write: (text: string) => void): void {
  command.configureOutput({ writeOut: () => undefined, writeErr: write })
  for (const option of command.options) option.mandatory = false
  for (const argument of command.registeredArguments) argument.required = false
  if (command.commands.length === 0) command.action(() => undefined)
  for (const inner of command.commands) disarm(inner, write)
}
