import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import type { Submission } from '../../../../src/main/owner/remote/jobsApi.ts'
import { rayJobs, shellWord } from '../../../../src/main/owner/remote/rayJobs.ts'
import { recordedRay } from './recordedRay.ts'

// The answers are those of Ray 2.60.0, as it gave them on 27 November 2026 to the same requests.
const job = (status: string, message: string): string =>
  JSON.stringify({
    type: 'SUBMISSION',
    job_id: null,
    submission_id: 'run-1.1',
    driver_info: null,
    status,
    entrypoint: 'x',
    message,
    error_type: null,
    start_time: 1795802583953,
    end_time: null,
    metadata: null,
    runtime_env: { env_vars: {} },
    driver_agent_http_address: null,
    driver_node_id: null,
    driver_exit_code: null,
  })
const version =
  '{"version": "4", "ray_version": "2.60.0", "ray_commit": "b7f4259e944bf6959f721b106adc366ddfa0c356", "session_name": "session_2026-11-27"}'
const taken = `Traceback (most recent call last):
  File "job_head.py", line 419, in submit_job
RuntimeError: Request failed with status code 400: Traceback (most recent call last):
  File "job_manager.py", line 553, in submit_job
ValueError: Job with submission_id run-1.1 already exists. Please use a different submission_id.
.
`

interface Given {
  readonly status?: number
  readonly text: string
}
interface Seen {
  readonly line: string
  readonly body: string
  readonly headers: IncomingMessage['headers']
}

/** A server that answers by method and path, and keeps what it was asked. */
async function fakeRay(
  t: TestContext,
  answers: Readonly<Record<string, Given | ((response: ServerResponse) => void)>>,
): Promise<{ readonly address: string; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void (async () => {
      let body = ''
      for await (const piece of request) body += String(piece)
      const line = `${request.method} ${request.url}`
      seen.push({ line, body, headers: request.headers })
      const answer = answers[line] ?? { status: 404, text: 'Job does not exist' }
      if (typeof answer === 'function') return answer(response)
      response.writeHead(answer.status ?? 200).end(answer.text)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const submission: Submission = {
  submissionId: 'run-1.1',
  code: null,
  command: ['/opt/re check/node', 'worker.ts', '--job', "/nfs/it's $HOME/1"],
  environment: { A: 'b' },
  cpus: 4,
  gpus: 1,
  memoryBytes: 2 ** 33,
}

test('a submission carries id, command, resources and token, and no header of a browser', async (t) => {
  const ray = await fakeRay(t, {
    'GET /api/version': { text: version },
    'POST /api/jobs/': { text: '{"job_id": "run-1.1", "submission_id": "run-1.1"}' },
  })
  const engine = rayJobs({ address: `${ray.address}/`, token: 'secret' })
  assert.equal(await engine.check(), 'Ray 2.60.0')
  await engine.submit(submission)
  const [, sent] = ray.seen
  assert.deepEqual(JSON.parse(sent?.body ?? ''), {
    submission_id: 'run-1.1',
    entrypoint: `'/opt/re check/node' worker.ts --job '/nfs/it'\\''s $HOME/1'`,
    entrypoint_num_cpus: 4,
    entrypoint_num_gpus: 1,
    entrypoint_memory: 8589934592,
    runtime_env: { env_vars: { A: 'b' } },
    metadata: { program: 'recheck' },
  })
  assert.equal(sent?.headers.authorization, 'Bearer secret')
  // Ray 2.60 answers 405 to whatever carries one of these
  for (const name of ['sec-fetch-mode', 'origin', 'referer', 'user-agent'])
    assert.equal(sent?.headers[name], undefined)
})

test('each state of a job, and a job that is not known', async (t) => {
  const waits =
    'Job has not started yet. It may be waiting for resources (CPUs, GPUs, memory, custom resources) to become available.'
  const states = [
    ['PENDING', 'waiting', waits],
    ['RUNNING', 'running', 'Job is currently running.'],
    ['STOPPED', 'stopped', 'Job was intentionally stopped.'],
    ['SUCCEEDED', 'succeeded', 'Job finished successfully.'],
    ['FAILED', 'failed', 'Job entrypoint command failed with exit code 1'],
  ] as const
  for (const [status, state, message] of states) {
    const ray = await fakeRay(t, { 'GET /api/jobs/run-1.1': { text: job(status, message) } })
    const engine = rayJobs({ address: ray.address, token: null })
    assert.deepEqual(await engine.status('run-1.1'), { state, message })
    assert.equal(await engine.status('run-2.1'), null)
    await engine.stop('run-2.1')
    assert.equal(await engine.logs('run-2.1'), '')
  }
})

test('a second submission of one id is no second job; another refusal is told by its last line', async (t) => {
  const known = await fakeRay(t, {
    'POST /api/jobs/': { status: 500, text: taken },
    'GET /api/jobs/run-1.1': { text: job('PENDING', '') },
  })
  await rayJobs({ address: known.address, token: null }).submit(submission)
  const refusing = await fakeRay(t, {
    'POST /api/jobs/': { status: 400, text: 'Traceback\nValueError: The working_dir is not a URI\n.\n' },
  })
  await assert.rejects(rayJobs({ address: refusing.address, token: null }).submit(submission), {
    code: 'ray.rejected',
    message: /did not take job run-1\.1: HTTP 400, ValueError: The working_dir is not a URI\.$/,
  })
})

test('what is no answer of Ray is told as that, and a token that is missing or not the one', async (t) => {
  for (const text of ['', '<html>\u001b[2J</html>', '{"status":"DANCING"}', 'x'.repeat(9 * 2 ** 20)]) {
    const other = await fakeRay(t, { 'GET /api/jobs/run-1.1': { text } })
    await assert.rejects(
      rayJobs({ address: other.address, token: null }).status('run-1.1'),
      (error: Error) => {
        assert.match(error.message, /did not answer as Ray's Jobs API does/)
        assert.ok(!error.message.includes('\u001b') && error.message.length < 1000)
        return true
      },
    )
  }
  const guarded = await fakeRay(t, { 'GET /api/version': { status: 401, text: 'Unauthorized' } })
  await assert.rejects(rayJobs({ address: guarded.address, token: null }).check(), {
    code: 'ray.refused',
    message: /asks for a token. Set RAY_AUTH_TOKEN/,
  })
  await assert.rejects(rayJobs({ address: guarded.address, token: 'old' }).check(), {
    code: 'ray.refused',
    message: /the token in RAY_AUTH_TOKEN is not the one/,
  })
  const moved = await fakeRay(t, {
    'GET /api/version': (response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  })
  await assert.rejects(rayJobs({ address: moved.address, token: 'secret' }).check(), { code: 'ray.answer' })
})

test('a head that is away, falls silent, or is cut off in its answer: one error, in time', async (t) => {
  const away = rayJobs({ address: 'http://127.0.0.1:9', token: null })
  await assert.rejects(away.check(), { code: 'ray.away', message: /does not answer \(ECONNREFUSED\)/ })
  const silent = await fakeRay(t, { 'GET /api/version': () => undefined })
  await assert.rejects(rayJobs({ address: silent.address, token: null, withinMs: 100 }).check(), {
    code: 'ray.away',
    message: /no answer in time/,
  })
  const dripping = await fakeRay(t, {
    'GET /api/version': (response) => {
      response.write('{')
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    },
  })
  await assert.rejects(rayJobs({ address: dripping.address, token: null, withinMs: 150 }).check(), {
    code: 'ray.away',
  })
  const cut = await fakeRay(t, {
    'GET /api/version': (response) => {
      response.writeHead(200, { 'content-length': 100 })
      response.write('{"ray')
      setTimeout(() => response.destroy(), 20)
    },
  })
  await assert.rejects(rayJobs({ address: cut.address, token: null }).check(), { code: 'ray.away' })
})

test('however many ask, eight requests are on their way at a time', async (t) => {
  let open = 0
  let most = 0
  const ray = await fakeRay(t, {
    'GET /api/version': (response) => {
      open++
      most = Math.max(most, open)
      setTimeout(() => {
        open--
        response.end(version)
      }, 10)
    },
  })
  const engine = rayJobs({ address: ray.address, token: null })
  const answers = await Promise.all(Array.from({ length: 60 }, () => engine.check()))
  assert.deepEqual([answers.length, most], [60, 8])
})

test('words of a shell', () => {
  assert.equal(
    ['a', 'a b', '', "'", '$(x)', '`x`', 'a\nb'].map(shellWord).join(' '),
    `a 'a b' '' ''\\''' '$(x)' '\`x\`' 'a\nb'`,
  )
})

test('code is uploaded once, under the name of its content, and a refusal is said', async (t) => {
  const ray = await recordedRay(t)
  const engine = rayJobs({ address: ray.address, token: null })
  const code = { name: '_ray_pkg_0123456789abcdef.zip', bytes: new Uint8Array(1000).fill(7) }
  await engine.submit({ ...submission, code })
  await engine.submit({ ...submission, submissionId: 'run-2.1', code })
  assert.deepEqual([...ray.packages], [[code.name, 1000]])
  for (const { asked } of ray.jobs.values())
    assert.deepEqual(asked['runtime_env'], { env_vars: { A: 'b' }, working_dir: `gcs://${code.name}` })
  const full = await fakeRay(t, {
    [`PUT /api/packages/gcs/${code.name}`]: {
      status: 413,
      text: 'Maximum request body size 104857600 exceeded.',
    },
  })
  await assert.rejects(rayJobs({ address: full.address, token: null }).submit({ ...submission, code }), {
    code: 'ray.rejected',
    message: /did not take Recheck's code \(1000 bytes\): .*104857600 exceeded/,
  })
})

test('a head that has just begun, before any machine takes jobs, is asked again', async (t) => {
  // Ray 2.60.0, seconds after its start on a busy machine
  const text = 'No available agent to submit job, please try again later.'
  for (const answer of [
    { status: 500, text },
    { status: 503, text: 'Service Unavailable' },
  ]) {
    const { address } = await fakeRay(t, { 'POST /api/jobs/': answer })
    await assert.rejects(rayJobs({ address, token: null }).submit(submission), {
      code: 'ray.away',
      message: /takes no jobs yet: HTTP 50[03], /,
    })
  }
})
