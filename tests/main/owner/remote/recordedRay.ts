import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export type RecordedStatus = 'PENDING' | 'RUNNING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED'

interface RecordedJob {
  status: RecordedStatus
  message: string
  readonly entrypoint: string
  /** The submission as it came. */
  readonly asked: Readonly<Record<string, unknown>>
}

/** A server that answers the Jobs API with what Ray 2.60.0 answered, and starts nothing. */
export interface RecordedRay {
  readonly address: string
  /** By submission id, in the order in which they were handed over. */
  readonly jobs: ReadonlyMap<string, RecordedJob>
  /** Code that was uploaded: its bytes, by name. */
  readonly packages: ReadonlyMap<string, number>
  /** Requests that came, and how many of them were open at a time at most. */
  readonly requests: { readonly count: number; readonly mostAtOnce: number }
  set(submissionId: string, status: RecordedStatus, message?: string): void
}

const waiting =
  'Job has not started yet. It may be waiting for resources (CPUs, GPUs, memory, custom resources) to become available.'
const version =
  '{"version": "4", "ray_version": "2.60.0", "ray_commit": "b7f4259e944bf6959f721b106adc366ddfa0c356", "session_name": "session_2026-11-27"}'

/** @param onSubmit  a job was handed over: its id and its entry point */
export async function recordedRay(
  t: Pick<TestContext, 'after'>,
  onSubmit: (submissionId: string, entrypoint: string) => void = () => undefined,
): Promise<RecordedRay> {
  const jobs = new Map<string, RecordedJob>()
  const shelf = packageShelf()
  const requests = { count: 0, mostAtOnce: 0 }
  let open = 0
  const answer = async (request: IncomingMessage): Promise<readonly [number, string]> => {
    const path = decodeURIComponent(request.url ?? '')
    if (path === '/api/version') return [200, version]
    const [, code] = /^\/api\/packages\/gcs\/(.+)$/.exec(path) ?? []
    if (code !== undefined) return shelf.answer(request, code)
    if (request.method === 'POST' && path === '/api/jobs/') return submit(await textOf(request))
    if (path === '/api/jobs/') return [200, JSON.stringify([...jobs].map(([id, job]) => detailsOf(id, job)))]
    const [, id = '', verb] = /^\/api\/jobs\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? []
    const job = jobs.get(id)
    if (job === undefined) return [404, 'Job does not exist']
    if (verb === 'logs') return [200, JSON.stringify({ logs: `output of ${id}\n` })]
    if (verb === 'stop') {
      job.status = 'STOPPED'
      return [200, '{"stopped": true}']
    }
    return [200, JSON.stringify(detailsOf(id, job))]
  }
  const submit = (body: string): readonly [number, string] => {
    const asked = JSON.parse(body) as Record<'submission_id' | 'entrypoint', string>
    const { submission_id: id, entrypoint } = asked
    if (jobs.has(id)) return [500, `ValueError: Job with submission_id ${id} already exists.`]
    jobs.set(id, { status: 'PENDING', message: waiting, entrypoint, asked })
    onSubmit(id, entrypoint)
    return [200, JSON.stringify({ job_id: id, submission_id: id })]
  }
  const server = createServer((request, response) => {
    requests.count++
    requests.mostAtOnce = Math.max(requests.mostAtOnce, ++open)
    void answer(request).then(([status, text]) => {
      open--
      response.writeHead(status).end(text)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    jobs,
    packages: shelf.packages,
    requests,
    set(submissionId, status, message = '') {
      const job = jobs.get(submissionId)
      if (job !== undefined) Object.assign(job, { status, message })
    },
  }
}

/** Ray's store of uploaded code: it answers whether a package is there, and takes one in. */
function packageShelf() {
  const packages = new Map<string, number>()
  const answer = async (request: IncomingMessage, code: string): Promise<readonly [number, string]> => {
    if (request.method === 'GET')
      return packages.has(code) ? [200, ''] : [404, `Package gcs://${code} does not exist.`]
    packages.set(code, (packages.get(code) ?? 0) + (await textOf(request)).length)
    return [200, '']
  }
  return { packages, answer }
}

/** With every field that Ray gives: a list of thousands is as long as there. */
function detailsOf(id: string, { status, message, entrypoint }: RecordedJob): unknown {
  return {
    type: 'SUBMISSION',
    job_id: null,
    submission_id: id,
    driver_info: null,
    status,
    entrypoint,
    message,
    error_type: null,
    start_time: 1795802583953,
    end_time: null,
    metadata: { program: 'recheck' },
    runtime_env: { env_vars: {} },
    driver_agent_http_address: null,
    driver_node_id: null,
    driver_exit_code: null,
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text
}
