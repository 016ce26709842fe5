import type { Register } from './command.ts'
import { registerImport } from './library/importCommand.ts'
import { registerModelCommands } from './library/modelCommands.ts'
import { registerTokenCommands } from './library/tokenCommands.ts'

/** `recheck models …`: models that configs name by their names. */
export const register: Register = (program, context) => {
  const models = program.command('models').description('models that a config names by their names')
  registerModelCommands(models, context)
  registerImport(models, context)
  registerTokenCommands(models, context)
}
