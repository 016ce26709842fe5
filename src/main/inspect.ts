import { createInterface } from 'node:readline'
import { errorData } from '../shared/errors/recheckError.ts'
import { hubPlaceHere, putHubToken, readHubAccess, removeHubToken } from './host/hub/hubAccess.ts'
import { endPlainly, keepConsolePlain } from './host/machine/plainConsole.ts'
import type { Inquiry } from './owner/processes/inquiry.ts'
import type { HubQuestion } from './owner/tasks/libraryWork.ts'
import type { FetchQuestion } from './owner/tasks/fetches.ts'
import type { ReportQuestion } from '../shared/routes/reports.ts'
import type { RunsQuestion } from '../shared/runs/importedRunLines.ts'
import { tellRuns } from './tools/imports/runLines.ts'
import { exportCheckpoint } from './tools/exportCheckpoint.ts'
import { fetchIntoLibrary, importUploaded, planFetch } from './tools/library/fetchIntoLibrary.ts'
import { importFolder } from './tools/library/importFolder.ts'
import { listedModels } from './tools/library/listModels.ts'
import { dataOverlap, dataRows, type DataQuestion } from './tools/library/readData.ts'
import { lookAtData, type DataLookQuestion } from './tools/library/lookAtData.ts'
import { inspectConfig } from './tools/inspectConfig.ts'
import { answerInFolder } from './tools/elsewhere/answerInFolder.ts'
import { answerModelEvaluation, type ModelQuestion } from './tools/elsewhere/modelQuestion.ts'
import { measureVotes, type VotesQuestion } from './tools/replay/measureVotes.ts'
import { evaluateCheckpoint, type EvaluationQuestion } from './tools/replay/evaluateCheckpoint.ts'
import { eventLines } from './tools/replay/eventLines.ts'
import { replayProblem, type ReplayQuestion } from './tools/replay/replayProblem.ts'
import { endWithParent } from './trainer/endWithParent.ts'
import { startFolderJob } from './trainer/remote/startFolderJob.ts'

// One question as a line of JSON on standard input; on standard output a line of JSON for each event, and one
// for the answer. Asked by an owner (owner/askProcess.ts), which holds standard input open: when that ends,
// the owner is gone and nobody waits.
// On a cluster it is started with `--job` and the folder through which it is asked and answers.
keepConsolePlain()
endPlainly()
const [file = '', word, folder = ''] = process.argv.slice(1)
if (word === '--job') process.exit(await startFolderJob([file, '--folder', folder]))
else if (word === '--folder') {
  endWithParent()
  process.exit(await answerInFolder(workElsewhere, folder))
} else answerLine()

function answerLine(): void {
  const lines = createInterface({ input: process.stdin })
  lines.once('line', (line) => void answer(JSON.parse(line) as Question))
  lines.once('close', () => process.exit(1))
}

type Question =
  | Inquiry
  | ReplayQuestion
  | ElsewhereQuestion
  | DataLookQuestion
  | DataQuestion
  | FetchQuestion
  | HubQuestion
  | RunsQuestion
  | ReportQuestion
  | { readonly question: 'models.list' }

type ElsewhereQuestion = EvaluationQuestion | VotesQuestion | ModelQuestion

async function answer(question: Question): Promise<void> {
  const reply = await work(question).then(
    (data) => ({ data }),
    (thrown: unknown) => ({ error: errorData(thrown) }),
  )
  process.stdout.write(JSON.stringify(reply), () => process.exit(0))
}

async function work(question: Question): Promise<unknown> {
  switch (question.question) {
    case 'replay': {
      const lines = eventLines(write)
      const turns = await replayProblem(question, lines.tell)
      lines.flush()
      return turns
    }
    case 'evaluate':
    case 'votes':
    case 'evaluate.model':
      return workElsewhere(question, (event) => write(`${JSON.stringify({ event })}\n`))
    case 'data.look':
      return lookAtData(question)
    case 'data.rows':
      return dataRows(question.set, question.wanted)
    case 'data.overlap':
      return dataOverlap(question.first, question.second)
    case 'models.list':
      return listedModels()
    case 'fetch.plan':
      return planFetch(question.wanted)
    case 'fetch':
      return fetchIntoLibrary(question.wanted, (event) => write(`${JSON.stringify({ event })}\n`))
    case 'fetch.gguf':
      return importUploaded(question, (event) => write(`${JSON.stringify({ event })}\n`))
    case 'fetch.folder':
      return importFolder(question, (event) => write(`${JSON.stringify({ event })}\n`))
    case 'export.model':
      return exportCheckpoint(question, (event) => write(`${JSON.stringify({ event })}\n`))
    case 'hub.access':
      return readHubAccess(hubPlaceHere)
    case 'hub.login':
      return putHubToken(question.token, hubPlaceHere)
    case 'hub.logout':
      return (await removeHubToken(hubPlaceHere)).access
    case 'runs.read':
      return tellRuns(question, {
        tell: (event) => write(`${JSON.stringify({ event })}\n`),
        nowMs: () => performance.now(),
      })
    case 'report': {
      // what draws plots takes longer to load than most questions take to answer
      const { reportForPage } = await import('./tools/report/subjectReport.ts')
      return reportForPage(question, (done, total) =>
        write(`${JSON.stringify({ event: { done, total } })}\n`),
      )
    }
    case 'preview':
    case 'v-star-inputs':
    case 'plan':
      return inspectConfig(question)
  }
}

/** What may be asked on another machine, too: plain values in and out. */
async function workElsewhere(question: unknown, tell: (event: unknown) => void): Promise<unknown> {
  const asked = question as ElsewhereQuestion
  switch (asked.question) {
    case 'evaluate':
      return evaluateCheckpoint(asked, tell)
    case 'votes':
      return measureVotes(asked, tell)
    case 'evaluate.model':
      return answerModelEvaluation(asked, tell)
  }
}

function write(line: string): void {
  process.stdout.write(line)
}
