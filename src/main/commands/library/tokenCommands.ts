import type { Command } from 'commander'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { HubAccess } from '../../../shared/routes/library/hub.ts'
import { hubAccessText } from '../../../shared/text/hubAccessText.ts'
import { addCommand, type CommandCall, type CommandContext } from '../command.ts'
import { readSecret } from '../readSecret.ts'

const LogoutOutput = z.strictObject({
  access: HubAccess,
  wasThere: z.boolean().describe('false: the key store held no token for this endpoint'),
})

/** `recheck models login`, `logout`: the hub's token in the key store of this machine. */
export function registerTokenCommands(models: Command, context: CommandContext): void {
  addCommand(models, context, {
    name: 'login',
    summary: 'put a token of the hub into this machine’s key store, for gated and private models and data',
    examples: ['recheck models login', 'recheck models login < token.txt   # never as an argument'],
    input: z.object({}),
    output: z.strictObject({ access: HubAccess }),
    async run(_, call) {
      const { hubPlaceHere, putHubToken } = await import('../../host/hub/hubAccess.ts')
      const access = await putHubToken(await tokenFor(call), hubPlaceHere)
      return {
        output: { access },
        text: `The key store of this machine has the token. Downloads use ${hubAccessText(access)}.`,
      }
    },
  })
  addCommand(models, context, {
    name: 'logout',
    summary: 'take the hub’s token out of this machine’s key store',
    examples: ['recheck models logout'],
    input: z.object({}),
    output: LogoutOutput,
    async run() {
      const { hubPlaceHere, removeHubToken } = await import('../../host/hub/hubAccess.ts')
      const output = await removeHubToken(hubPlaceHere)
      const done = output.wasThere ? 'The token is removed from the key store' : 'The key store held no token'
      return { output, text: `${done}. Downloads use ${hubAccessText(output.access)}.` }
    },
  })
}

async function tokenFor(call: CommandCall): Promise<string> {
  const token = await readSecret('Token of the hub (what you type is not shown):', call)
  if (token !== '') return token
  throw new RecheckError(
    'usage.invalid',
    'recheck models login: expected a token on standard input, got nothing. Type it at the prompt, or: recheck models login < FILE',
  )
}
