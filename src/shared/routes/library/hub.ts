import { z } from 'zod'
import { output } from '../parts.ts'

/** Where the token of the hub comes from; the first that there is, in this order, counts. */
export const tokenSources = ['HF_TOKEN', 'HF_TOKEN_PATH', 'key store', 'hf auth login'] as const
export type TokenSource = (typeof tokenSources)[number]

/** How the hub is reached from the machine that Recheck runs on. It tells of a token and never the token. */
export const HubAccess = z.strictObject({
  endpoint: z.string().describe('the hub, or the mirror that HF_ENDPOINT names'),
  tokenFrom: z.enum(tokenSources).nullable().describe('null: no token, public models and data sets alone'),
  keyStore: z
    .enum(['holds a token', 'holds none', 'does not answer', 'none here'])
    .describe('of the system: what "recheck models login" has put there for this endpoint'),
  problem: z
    .string()
    .nullable()
    .describe('why the key store does not answer or is none, or what of the variables cannot be used'),
})
export type HubAccess = z.infer<typeof HubAccess>

export const hubRoutes = {
  'hub.access': { input: z.strictObject({}), output: output<HubAccess>() },
  /** Puts the token into the key store of the owner's machine, and nowhere else. */
  'hub.login': {
    // what else it must be is said by the owner, without what it is
    input: z.strictObject({ token: z.string().max(10_000) }),
    output: output<HubAccess>(),
  },
  'hub.logout': { input: z.strictObject({}), output: output<HubAccess>() },
} as const
