import { createInterface } from 'node:readline'
import { errorData } from '../shared/errors/recheckError.ts'
import { endPlainly, keepConsolePlain } from './host/machine/plainConsole.ts'
import type { Inquiry } from './owner/processes/inquiry.ts'
import type { HubQuestion } from './owner/tasks/libraryWork.ts'
import type { FetchQuestion } from './owner/tasks/fetches.ts'
import type { ReportQuestion } from '../shared/routes/reports.ts'
import type { RunsQuestion } from '../shared/runs/imports/importedRunLines.ts'
import type { DataQuestion } from './tools/library/readData.ts'
import type { DataLookQuestion } from './tools/library/lookAtData.ts'
import type { ModelQuestion } from './tools/elsewhere/modelQuestion.ts'
import type { VotesQuestion } from './tools/replay/measureVotes.ts'
import type { EvaluationQuestion } from './tools/replay/evaluateCheckpoint.ts'
import type { ReplayQuestion } from './tools/replay/replayProblem.ts'
import { endWithParent } from './trainer/endWithParent.ts'

// One question as a line of JSON on standard input; on standard output a line of JSON for each event, and one
// for the answer. Asked by an owner (owner/askProcess.ts), which holds standard input open: when that ends,
// the owner is gone and nobody waits.
// With `--keep` it answers one question about a config after another, each by a line, until it is let go of.
// On a cluster it is started with `--job` and the folder through which it is asked and answers.
keepConsolePlain()
endPlainly()
const [file = '', word, folder = ''] = process.argv.slice(1)
if (word === '--job') {
  const { startFolderJob } = await import('./trainer/remote/startFolderJob.ts')
  process.exit(await startFolderJob([file, '--folder', folder]))
} else if (word === '--folder') {
  const { answerInFolder } = await import('./tools/elsewhere/answerInFolder.ts')
  endWithParent()
  process.exit(await answerInFolder(workElsewhere, folder))
} else if (word === '--keep') {
  const { answerConfigs } = await import('./tools/answerConfigs.ts')
  await answerConfigs(process.stdin, { write })
  process.exit(0)
} else answerLine()

function answerLine(): void {
  const lines = createInterface({ input: process.stdin })
  lines.once('line', (line) => void answer(JSON.parse(line) as Question))
  lines.once('close', () => process.exit(1))
}

type Question =
  Inquiry | ReplayQuestion | ElsewhereQuestion | LibraryQuestion | HubQuestion | RunsQuestion | ReportQuestion

type LibraryQuestion = DataLookQuestion | DataQuestion | FetchQuestion | { readonly question: 'models.list' }

type ElsewhereQuestion = EvaluationQuestion | VotesQuestion | ModelQuestion

async function answer(question: Question): Promise<void> {
  const reply = await work(question).then(
    (data) => ({ data }),
    (thrown: unknown) => ({ error: errorData(thrown) }),
  )
  process.stdout.write(JSON.stringify(reply), () => process.exit(0))
}

/** Each question loads what answers it and no more: what loads all of them would take longer than most answers. */
async function work(question: Question): Promise<unknown> {
  switch (question.question) {
    case 'preview':
    case 'v-star-inputs':
    case 'plan': {
      const { inspectConfig } = await import('./tools/inspectConfig.ts')
      return inspectConfig(question)
    }
    case 'replay': {
      const { eventLines } = await import('./tools/replay/eventLines.ts')
      const { replayProblem } = await import('./tools/replay/replayProblem.ts')
      const lines = eventLines(write)
      const turns = await replayProblem(question, lines.tell)
      lines.flush()
      return turns
    }
    case 'evaluate':
    case 'votes':
    case 'evaluate.model':
      return workElsewhere(question, tellEvent)
    case 'runs.read': {
      const { tellRuns } = await import('./tools/imports/runLines.ts')
      return tellRuns(question, { tell: tellEvent, nowMs: () => performance.now() })
    }
    case 'report': {
      const { reportForPage } = await import('./tools/report/subjectReport.ts')
      return reportForPage(question, (done, total) => tellEvent({ done, total }))
    }
    case 'hub.access':
    case 'hub.login':
    case 'hub.logout':
      return workOnHub(question)
    default:
      return workOnLibrary(question)
  }
}

/** What may be asked on another machine, too: plain values in and out. */
async function workElsewhere(question: unknown, tell: (event: unknown) => void): Promise<unknown> {
  const asked = question as ElsewhereQuestion
  switch (asked.question) {
    case 'evaluate': {
      const { evaluateCheckpoint } = await import('./tools/replay/evaluateCheckpoint.ts')
      return evaluateCheckpoint(asked, tell)
    }
    case 'votes': {
      const { measureVotes } = await import('./tools/replay/measureVotes.ts')
      return measureVotes(asked, tell)
    }
    case 'evaluate.model': {
      const { answerModelEvaluation } = await import('./tools/elsewhere/modelQuestion.ts')
      return answerModelEvaluation(asked, tell)
    }
  }
}

async function workOnHub(question: HubQuestion): Promise<unknown> {
  const { hubPlaceHere, putHubToken, readHubAccess, removeHubToken } = await import('./host/hub/hubAccess.ts')
  switch (question.question) {
    case 'hub.access':
      return readHubAccess(hubPlaceHere)
    case 'hub.login':
      return putHubToken(question.token, hubPlaceHere)
    case 'hub.logout':
      return (await removeHubToken(hubPlaceHere)).access
  }
}

/** Models and data sets: what is there, what comes, what is written out. */
async function workOnLibrary(question: LibraryQuestion): Promise<unknown> {
  switch (question.question) {
    case 'data.look': {
      const { lookAtData } = await import('./tools/library/lookAtData.ts')
      return lookAtData(question)
    }
    case 'data.rows':
    case 'data.check':
    case 'data.overlap': {
      const { checkedData, dataOverlap, dataRows } = await import('./tools/library/readData.ts')
      if (question.question === 'data.check') return checkedData(question.set)
      return question.question === 'data.rows'
        ? dataRows(question.set, question.wanted)
        : dataOverlap(question.first, question.second)
    }
    case 'models.list': {
      const { listedModels } = await import('./tools/library/listModels.ts')
      return listedModels()
    }
    case 'fetch.folder': {
      const { importFolder } = await import('./tools/library/importFolder.ts')
      return importFolder(question, tellEvent)
    }
    case 'export.model': {
      const { exportCheckpoint } = await import('./tools/exportCheckpoint.ts')
      return exportCheckpoint(question, tellEvent)
    }
    case 'fetch.plan':
    case 'fetch':
    case 'fetch.gguf': {
      const { fetchIntoLibrary, importUploaded, planFetch } =
        await import('./tools/library/fetchIntoLibrary.ts')
      if (question.question === 'fetch.plan') return planFetch(question.wanted)
      return question.question === 'fetch'
        ? fetchIntoLibrary(question.wanted, tellEvent)
        : importUploaded(question, tellEvent)
    }
  }
}

function tellEvent(event: unknown): void {
  write(`${JSON.stringify({ event })}\n`)
}

function write(line: string): void {
  process.stdout.write(line)
}
