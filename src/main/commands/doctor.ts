import type { Command } from 'commander'
import { z } from 'zod'
import { cacheFolder } from '../host/paths.ts'
import type { CommandContext } from './command.ts'
import { addCommand } from './command.ts'

export const DoctorOutput = z.strictObject({
  node: z.string().describe('version of the Node that runs this command'),
  dataFolder: z.string(),
  cacheFolder: z.string(),
})

export function register(program: Command, context: CommandContext): void {
  addCommand(program, context, {
    name: 'doctor',
    summary: 'say which device, libraries and folders are in use, and what is missing',
    examples: ['recheck doctor', 'recheck doctor --json'],
    input: z.object({}),
    output: DoctorOutput,
    async run(_input, call) {
      const output = { node: process.versions.node, dataFolder: call.dataFolder, cacheFolder: cacheFolder() }
      return {
        output,
        text: Object.entries(output)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n'),
      }
    },
  })
}
