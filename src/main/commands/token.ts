import type { Command } from 'commander'
import { z } from 'zod'
import { addCommand, type CommandContext, type Register } from './command.ts'

const Named = z.object({ name: z.string() })
const CreateOutput = z.strictObject({
  name: z.string(),
  token: z.string().describe('shown this once; only its hash is kept'),
})
const ListOutput = z.strictObject({
  tokens: z.array(z.strictObject({ name: z.string(), createdAt: z.string().describe('ISO 8601, UTC') })),
})
const RevokeOutput = z.strictObject({ name: z.string() })

/** `recheck token …`: scripts and notebooks that may ask `recheck serve`. */
export const register: Register = (program, context) => {
  const token = program
    .command('token')
    .description('tokens by which scripts and notebooks ask recheck serve (docs/api.md)')
  registerCreate(token, context)
  registerList(token, context)
  registerRevoke(token, context)
}

function registerCreate(token: Command, context: CommandContext): void {
  addCommand(token, context, {
    name: 'create',
    summary: 'make a token, print it once and keep its hash',
    examples: [
      'recheck token create notebook',
      'export RECHECK_TOKEN=$(recheck token create ci)   # the token alone is on stdout',
    ],
    input: Named,
    output: CreateOutput,
    async run({ name }, call) {
      const { createToken } = await import('../owner/accessTokens.ts')
      const { systemClock } = await import('../host/machine/clock.ts')
      const token = createToken(call.dataFolder, name, systemClock.nowMs())
      call.note(
        `Whoever has this token can do all that the page can, until "recheck token revoke ${name}". It is not shown again.`,
      )
      return { output: { name, token }, text: token }
    },
  }).argument('<name>', 'what it is for: a–z, 0–9 and "-"')
}

function registerList(token: Command, context: CommandContext): void {
  addCommand(token, context, {
    name: 'list',
    summary: 'the tokens that are not revoked',
    examples: ['recheck token list', 'recheck token list --json'],
    input: z.object({}),
    output: ListOutput,
    async run(_, call) {
      const { listTokens } = await import('../owner/accessTokens.ts')
      const tokens = listTokens(call.dataFolder).map(({ name, createdAtMs }) => ({
        name,
        createdAt: new Date(createdAtMs).toISOString(),
      }))
      const lines = tokens.map(({ name, createdAt }) => `${name}  ${createdAt}`)
      const text = lines.length === 0 ? 'no tokens; "recheck token create NAME" makes one' : lines.join('\n')
      return { output: { tokens }, text }
    },
  })
}

function registerRevoke(token: Command, context: CommandContext): void {
  addCommand(token, context, {
    name: 'revoke',
    summary: 'take a token back; who holds it is refused from now on',
    examples: ['recheck token revoke notebook'],
    input: Named,
    output: RevokeOutput,
    async run({ name }, call) {
      const { revokeToken } = await import('../owner/accessTokens.ts')
      revokeToken(call.dataFolder, name)
      return { output: { name }, text: `${name} is revoked` }
    },
  }).argument('<name>', 'as it was created')
}
