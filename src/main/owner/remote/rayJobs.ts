import http from 'node:http'
import https from 'node:https'
import { z } from 'zod'
import { plainMessage } from '../../../shared/text/plainText.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { systemCodeOf } from '../../../shared/errors/systemErrors.ts'
import type { JobsApi, JobState, JobStatus, Submission } from './jobsApi.ts'
import type { CodePackage } from './codePackage.ts'
import { sharedStatus } from './sharedStatus.ts'

export interface RayAccess {
  /** Of the head's dashboard: `http://head:8265`. */
  readonly address: string
  /** Sent as `Authorization: Bearer`; null = the head asks for none. */
  readonly token: string | null
  /** How long one answer may take. */
  readonly withinMs?: number
}

/** Far above an answer about one job; a log of more is read to here. */
const mostAnswerBytes = 8 * 2 ** 20
const mostLogChars = 8000
const mostReasonChars = 400
const answerWithinMs = 15_000
/** For a few megabytes over a slow tunnel. */
const uploadWithinMs = 300_000
/** Requests on their way to one head at a time, however many runs ask. */
const mostRequests = 8

const Version = z.object({ ray_version: z.string() })
const Submitted = z.object({ submission_id: z.string() })
const Logs = z.object({ logs: z.string() })
const Job = z.object({
  status: z.enum(['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED']),
  message: z.string().nullish(),
})

const ListedJob = Job.extend({ submission_id: z.string().nullish() })

const states: Readonly<Record<z.infer<typeof Job>['status'], JobState>> = {
  PENDING: 'waiting',
  RUNNING: 'running',
  STOPPED: 'stopped',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
}

interface Answer {
  readonly status: number
  readonly text: string
}

/**
 * Ray's Jobs REST API: https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html
 */
export function rayJobs(access: RayAccess): JobsApi {
  const ask = openRequests(access)
  const jobPath = (submissionId: string): string => `/api/jobs/${encodeURIComponent(submissionId)}`
  /** Ray forgets code that no job has used for ten minutes: it is asked each time. */
  const upload = async ({ name, bytes }: CodePackage): Promise<void> => {
    const path = `/api/packages/gcs/${name}`
    if ((await ask('GET', path)).status === 200) return
    const answer = await ask('PUT', path, bytes)
    if (answer.status === 200) return
    throw new RecheckError(
      'ray.rejected',
      `Ray at ${access.address} did not take Recheck's code (${bytes.length} bytes): ${reasonOf(answer)}`,
    )
  }
  const engine: JobsApi = {
    async check() {
      const { ray_version } = read(access, await ask('GET', '/api/version'), Version)
      return `Ray ${plainMessage(ray_version)}`
    },
    async submit(submission) {
      if (submission.code !== null) await upload(submission.code)
      const answer = await ask('POST', '/api/jobs/', bodyOf(submission))
      if (answer.status === 200) return void read(access, answer, Submitted)
      // a second asking, after an answer that was lost: Ray refuses the id with an error of the server's
      if ((await engine.status(submission.submissionId)) !== null) return
      if (isPassing(answer))
        throw new RecheckError('ray.away', `Ray at ${access.address} takes no jobs yet: ${reasonOf(answer)}`)
      throw new RecheckError(
        'ray.rejected',
        `Ray at ${access.address} did not take job ${submission.submissionId}: ${reasonOf(answer)}`,
      )
    },
    status: sharedStatus({
      async one(submissionId) {
        const answer = await ask('GET', jobPath(submissionId))
        return answer.status === 404 ? null : statusOf(read(access, answer, Job))
      },
      async all() {
        const listed = read(access, await ask('GET', '/api/jobs/'), z.array(ListedJob))
        return new Map(listed.map((job) => [job.submission_id, statusOf(job)]))
      },
    }),
    async logs(submissionId) {
      const answer = await ask('GET', `${jobPath(submissionId)}/logs`)
      return answer.status === 404 ? '' : read(access, answer, Logs).logs.slice(-mostLogChars)
    },
    async stop(submissionId) {
      const answer = await ask('POST', `${jobPath(submissionId)}/stop`)
      if (answer.status !== 404) read(access, answer, z.object({ stopped: z.boolean() }))
    },
  }
  return engine
}

/** A head that has just begun answers before any machine of its cluster takes jobs; a proxy before it is there. */
function isPassing({ status, text }: Answer): boolean {
  return (status >= 502 && status <= 504) || (status === 500 && /try again later/i.test(text))
}

function statusOf({ status, message }: z.infer<typeof Job>): JobStatus {
  return { state: states[status], message: plainMessage(message ?? '').slice(0, mostReasonChars) }
}

function bodyOf(submission: Submission): string {
  const { submissionId, command, environment, cpus, gpus, memoryBytes, code } = submission
  const memory = memoryBytes === null ? {} : { entrypoint_memory: memoryBytes }
  return JSON.stringify({
    submission_id: submissionId,
    entrypoint: command.map(shellWord).join(' '),
    entrypoint_num_cpus: cpus,
    entrypoint_num_gpus: gpus,
    ...memory,
    runtime_env: { env_vars: environment, ...(code === null ? {} : { working_dir: `gcs://${code.name}` }) },
    metadata: { program: 'recheck' },
  })
}

/** Ray gives the entry point to a shell. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

type Method = 'GET' | 'POST' | 'PUT'
/** @param body  JSON as text, or a file */
type Ask = (method: Method, path: string, body?: string | Uint8Array) => Promise<Answer>

function openRequests(access: RayAccess): Ask {
  let open = 0
  const waiting: (() => void)[] = []
  return async (method, path, body) => {
    if (open >= mostRequests) await new Promise<void>((resolve) => waiting.push(resolve))
    else open++
    try {
      return await request(access, { method, path, body: body ?? null })
    } finally {
      const next = waiting.shift()
      if (next === undefined) open--
      else next()
    }
  }
}

async function request(access: RayAccess, asked: Asked): Promise<Answer> {
  const { address, token } = access
  const answer = await exchange(access, asked).catch((thrown: unknown) => {
    throw away(address, thrown)
  })
  if (answer.status !== 401 && answer.status !== 403) return answer
  const wayOut =
    token === null
      ? 'it asks for a token. Set RAY_AUTH_TOKEN to it'
      : "the token in RAY_AUTH_TOKEN is not the one that it expects. Set it to the cluster's own"
  throw new RecheckError('ray.refused', `Ray at ${address} refused the request: ${wayOut} and try again.`)
}

interface Asked {
  readonly method: Method
  readonly path: string
  readonly body: string | Uint8Array | null
}

/**
 * Not by `fetch`, whose headers are a browser's: Ray takes no jobs from pages. A redirection is an answer
 * like any other.
 */
function exchange({ address, token, withinMs = answerWithinMs }: RayAccess, asked: Asked): Promise<Answer> {
  const url = new URL(`${address.replace(/\/+$/, '')}${asked.path}`)
  const headers = {
    accept: 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(asked.body === null
      ? {}
      : {
          'content-type': typeof asked.body === 'string' ? 'application/json' : 'application/octet-stream',
          'content-length': Buffer.byteLength(asked.body),
        }),
  }
  const start = url.protocol === 'https:' ? https.request : http.request
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(asked.method === 'PUT' ? uploadWithinMs : withinMs)
    const sent = start(url, { method: asked.method, headers, signal }, (response) => {
      const { statusCode: status = 0 } = response
      textOf(response).then((text) => resolve({ status, text }), reject)
    })
    sent.on('error', reject).end(asked.body ?? undefined)
  })
}

/** Of an answer that is longer than any should be, the beginning: no answer of Ray's parses then. */
async function textOf(response: http.IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes > mostAnswerBytes) break
  }
  return Buffer.concat(pieces).subarray(0, mostAnswerBytes).toString('utf8')
}

function away(address: string, thrown: unknown): RecheckError {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown))
  const code = systemCodeOf(thrown)
  const reason = name === 'AbortError' ? 'no answer in time' : (code ?? message)
  return new RecheckError(
    'ray.away',
    `Ray at ${address} does not answer (${plainMessage(reason)}). Is its head running and its dashboard reachable from here? ` +
      'docs/scaling.md says how, through an SSH tunnel too.',
  )
}

/** @throws RecheckError `ray.answer` */
function read<T>({ address }: RayAccess, answer: Answer, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer.status === 200 ? parseJson(answer.text) : undefined)
  if (parsed.success) return parsed.data
  throw new RecheckError(
    'ray.answer',
    `${address} did not answer as Ray's Jobs API does: ${reasonOf(answer)} Is it the address of the dashboard, such as http://head:8265?`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // fits no schema
  }
}

/** The last line of a traceback says what was wrong. */
function reasonOf({ status, text }: Answer): string {
  const lines = text.split('\n').filter((line) => /[\p{L}\d]/u.test(line))
  const said = plainMessage((lines.at(-1) ?? 'an empty answer').trim()).slice(0, mostReasonChars)
  return `HTTP ${status}, ${said}${/[.!?]$/.test(said) ? '' : '.'}`
}
