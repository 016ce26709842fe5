import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenRow } from '../../../src/core/train/engine/trainer.ts'
import type { TrainEvent } from '../../../src/core/train/trainEvent.ts'
import { needsVStar, parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { comparedMethods, methodLayer } from '../../../src/shared/config/methods.ts'
import { mergeConfigs } from '../../../src/shared/config/layers.ts'
import type { StoredRollout } from '../../../src/shared/runs/records.ts'
import { assertClose } from '../../assertClose.ts'
import { fakeScorer } from './fakeEngine.ts'
import { collect, makeSetup, metricsOf, oneStep, trainRollouts } from './trainingSetup.ts'

/** The methods that papers compare with, on the fake engine, by hand-worked numbers. */

const plain = { normalise: 'none', runningStatistics: false, verdictReward: 'plain', ...oneStep }
const noEstimates = { estimates: new Map() }

function turnOf(rollout: StoredRollout, kind: 'attempt' | 'revision') {
  const turn = rollout.turns.find((each) => each.kind === kind)
  assert.ok(turn, `a ${kind} in every rollout`)
  return turn
}

const tokensOf = (rollouts: readonly StoredRollout[]) =>
  rollouts.flatMap(({ turns }) => turns).reduce((sum, { tokens }) => sum + tokens, 0)

test('direct multi-turn by A*-PO: the second attempt earns c₂ + α(c₂ − c₁) against V of its class', async () => {
  const { whole } = makeSetup({
    config: { ...plain, turns: 'direct-multi-turn', vStar: { samples: 4, beta: 'mean', baseline: 'global' } },
  })
  const rollouts = trainRollouts(await collect(whole))
  assert.ok(
    rollouts.length > 0 && rollouts.every(({ verdict, turns }) => verdict === null && turns.length === 2),
  )
  // the fixture's estimates: 26 correct attempts of 80, of which 13 were revised correctly; 54 wrong ones, 27
  for (const rollout of rollouts) {
    const [first, second] = [turnOf(rollout, 'attempt'), turnOf(rollout, 'revision')]
    const [c1, c2] = [first.isCorrect ? 1 : 0, second.isCorrect ? 1 : 0]
    assert.equal(second.reward, c2 + (c2 - c1))
    const [high, low] = first.isCorrect ? [1, -1] : [2, 0]
    assertClose(second.turnBaseline ?? NaN, (high + low) / 2, 1e-12)
    assertClose(second.advantage ?? NaN, second.reward - (high + low) / 2, 1e-12)
  }
})

test('SCoRe: in the first stage the attempt is only pulled to the reference, then both attempts are rewarded', async () => {
  const { whole } = makeSetup({
    config: {
      ...plain,
      steps: 2,
      turns: 'direct-multi-turn',
      method: 'rloo',
      groupSize: 2,
      policyBeta: 0.01,
      revisionBonus: 10,
      score: { firstStageSteps: 1, attemptBeta: 0.1 },
    },
    setup: { ...noEstimates, reference: fakeScorer(1) },
  })
  const events = await collect(whole)
  const [first, second] = [trainRollouts(events, 0), trainRollouts(events, 1)]
  for (const [rollouts, beta] of [
    [first, 0.1],
    [second, 0.01],
  ] as const) {
    for (let at = 0; at < rollouts.length; at += 2) {
      const [one, two] = rollouts.slice(at, at + 2).map((rollout) => turnOf(rollout, 'attempt'))
      const value = (turn: typeof one) => (turn?.reward ?? NaN) - beta * (turn?.logRatio ?? NaN)
      assertClose(one?.advantage ?? NaN, value(one) - value(two), 1e-9)
    }
  }
  for (const rollout of first) {
    assert.equal(turnOf(rollout, 'attempt').reward, 0)
    assert.equal(turnOf(rollout, 'revision').reward, turnOf(rollout, 'revision').isCorrect ? 1 : 0)
  }
  for (const rollout of second) {
    const [c1, c2] = [turnOf(rollout, 'attempt'), turnOf(rollout, 'revision')].map(({ isCorrect }) =>
      isCorrect ? 1 : 0,
    )
    assert.equal(turnOf(rollout, 'attempt').reward, c1)
    assert.equal(turnOf(rollout, 'revision').reward, (c2 ?? NaN) + 10 * ((c2 ?? NaN) - (c1 ?? NaN)))
  }
})

test('rejection sampling: tokens of correct turns share the weight evenly, all others have none', async () => {
  const { whole, trainer } = makeSetup({
    config: { ...plain, method: 'rejection-sampling', groupSize: 3, problemsPerStep: 4 },
    setup: { ...noEstimates, reference: null },
  })
  const rollouts = trainRollouts(await collect(whole))
  assert.equal(rollouts.length, 12)
  const turns = rollouts.flatMap((rollout) => rollout.turns)
  const correct = turns.filter(({ isCorrect }) => isCorrect)
  assert.ok(correct.length > 0 && correct.length < turns.length)
  assert.deepEqual(
    turns.map(({ advantage }) => advantage),
    turns.map(({ isCorrect }) => (isCorrect ? 1 : 0)),
  )
  const tokens = correct.reduce((sum, turn) => sum + turn.tokens, 0)
  const weights = (trainer.batches[0]?.rows ?? []).flatMap(({ inputs }) => [...(inputs.tokenWeight ?? [])])
  const given = weights.filter((weight) => weight !== 0)
  assert.equal(given.length, tokens)
  for (const weight of given) assertClose(weight, 1 / tokens, 1e-7)
})

test('DAPO’s resampling: groups of one kind are put aside and others drawn; what they cost is counted', async () => {
  const group = { ...plain, method: 'dapo', groupSize: 2, problemsPerStep: 5, turns: 'single' }
  const setup = { ...noEstimates, reference: null }
  const isMixed = (rollouts: readonly StoredRollout[], at: number): boolean =>
    rollouts[at]?.turns[0]?.isCorrect !== rollouts[at + 1]?.turns[0]?.isCorrect
  const without = await collect(makeSetup({ config: group, setup }).whole)
  const drawn = trainRollouts(without)
  const mixed = [0, 2, 4, 6, 8].filter((at) => isMixed(drawn, at)).length
  assert.ok(mixed < 5, 'the fixture has groups of one kind')
  assert.equal(metricsOf(without)[0]?.values['group/discarded'], null)

  const events = await collect(makeSetup({ config: { ...group, resampleRounds: 8 }, setup }).whole)
  const kept = trainRollouts(events)
  const [step] = metricsOf(events)
  assert.ok(step)
  assert.equal(kept.length, 10)
  for (let at = 0; at < kept.length; at += 2) assert.ok(isMixed(kept, at))
  assert.equal(new Set(kept.map(({ problemId }) => problemId)).size, 5)
  // the problems seen and the tokens of the run are those of all that was drawn
  const share = step.values['group/discarded'] ?? NaN
  assert.equal(step.problems, Math.round(5 / (1 - share)))
  assert.ok(step.tokens > tokensOf(kept))
  assert.equal(step.values['tokens/generated'], step.tokens)
  assert.equal(step.values['tokens/perProblem'], step.tokens / step.problems)
  assert.equal(step.values['group/withoutSpread'], 0)
})

test('resampling ends after its rounds with what there is, and keeps the first round where no group is left', async () => {
  const sure = {
    ...plain,
    method: 'dapo',
    groupSize: 2,
    problemsPerStep: 4,
    turns: 'single',
    resampleRounds: 2,
  }
  // a policy that is always right: no group has both kinds
  const { whole, sampler, trainer } = makeSetup({ config: sure, setup: { ...noEstimates, reference: null } })
  await trainer.writeState({
    ...trainer.viewState(),
    parameters: new Map([['skill', { shape: [1], values: Float32Array.of(60) }]]),
  })
  await sampler.refresh(trainer)
  const untruncated = { ...whole, conversation: { ...whole.conversation, sampler: withoutCuts(sampler) } }
  const events: TrainEvent[] = await collect(untruncated)
  const [step] = metricsOf(events)
  assert.equal(trainRollouts(events).length, 8)
  assert.equal(step?.problems, 12, 'three rounds of four')
  assertClose(step?.values['group/discarded'] ?? NaN, 8 / 12, 1e-12)
})

/** Turns that ran into the limit are ended as if they had not. */
function withoutCuts(sampler: ReturnType<typeof makeSetup>['sampler']): typeof sampler {
  return {
    ...sampler,
    sample: async (call) =>
      (await sampler.sample(call)).map((samples, index) =>
        samples.map((completion) => {
          if (completion.finishReason === 'stop') return completion
          const [left, right] = (call.requests[index]?.promptIds ?? [])
            .map((id) => String.fromCharCode(id))
            .join('')
            .split(/[+=]/)
          const ids = [...`#### ${Number(left) + Number(right)}`]
            .map((letter) => letter.charCodeAt(0))
            .concat(1)
          return { completionIds: ids, samplingLogProbs: ids.map(() => -1), finishReason: 'stop' as const }
        }),
      ),
  }
}

test('a revision in a fresh context learns from its own row what it would learn as an attempt', async () => {
  const { whole, trainer } = makeSetup({ config: { ...plain, turns: 'always-revise' } })
  const { conversation } = whole
  const prompts = { ...conversation.prompts, revisionContext: 'fresh' as const }
  const rollouts = trainRollouts(
    await collect({
      ...whole,
      config: parseConfig({ ...whole.config, revisionContext: 'fresh' }, 'test'),
      conversation: { ...conversation, prompts },
    }),
  )
  const [batch] = trainer.batches
  assert.ok(batch)
  assert.equal(batch.rows.length, 2 * rollouts.length)
  for (const [index, { turns }] of rollouts.entries()) {
    const [talk, again]: readonly TokenRow[] = batch.rows.slice(2 * index, 2 * index + 2)
    const [attempt, verdict, revision] = turns
    assert.ok(talk && again && attempt && verdict && revision)
    const own = (row: TokenRow, kind: 'attempt' | 'verdict' | 'revision') =>
      [...(row.inputs[`${kind}Mask`] ?? [])].reduce((sum, value) => sum + value, 0)
    assert.deepEqual(
      [own(talk, 'attempt'), own(talk, 'verdict'), own(talk, 'revision')],
      [attempt.tokens, verdict.tokens, 0],
    )
    assert.deepEqual(
      [own(again, 'attempt'), own(again, 'verdict'), own(again, 'revision')],
      [0, 0, revision.tokens],
    )
    // the problem as it was put to the attempt, then what was written
    assert.equal(revision.promptText, attempt.promptText)
    const first: number = again.ids.length - revision.tokens
    assert.deepEqual(again.ids.slice(0, first), talk.ids.slice(0, first))
    assertClose(again.inputs.turnAdvantage?.[2] ?? NaN, revision.advantage ?? NaN, 1e-6)
    assert.equal(talk.inputs.turnWeight?.[2], 0)
    // ρ of a turn is found in its own row
    assert.ok(turns.every(({ logRatio }) => logRatio !== null && Number.isFinite(logRatio)))
  }
})

test('every compared method is a valid config over the built-in settings, with as many rollouts a step', () => {
  for (const method of comparedMethods) {
    const base = { data: { train: 2048 }, vStar: { samples: 4 }, maxTokens: 1e6, problemsPerStep: 192 }
    const config = parseConfig(mergeConfigs(base, methodLayer(method, 192)), method.name)
    assert.equal(config.problemsPerStep * method.rolloutsPerProblem, 192, method.name)
    assert.equal(config.vStar.samples, 4)
    const isWithStageOne = ['a-star-po-pag', 'a-star-po-single', 'direct-multi-turn'].includes(method.name)
    assert.equal(needsVStar(config), isWithStageOne, method.name)
  }
})

test('what has no meaning is refused by name', () => {
  const refused = (value: object, message: RegExp) =>
    assert.throws(() => parseConfig(value, 'test'), { code: 'config.invalid', message })
  refused(
    { resampleRounds: 2 },
    /resampleRounds: expected 0 with method a-star-po; grpo, dr-grpo, dapo and rloo compare rollouts, got 2/,
  )
  refused(
    { method: 'rejection-sampling', softLengthTokens: 4 },
    /softLengthTokens: expected 0 with method rejection-sampling/,
  )
  refused(
    { method: 'grpo', softLengthTokens: 65 },
    /softLengthTokens: expected a number ≤ sampling.maxCompletionTokens \(64\), got 65/,
  )
  refused({ method: 'rejection-sampling', normalise: 'whiten' }, /which has no advantages/)
  refused(
    { revisionContext: 'fresh', turns: 'direct-multi-turn' },
    /revisionContext: expected conversation with turns direct-multi-turn, got "fresh"/,
  )
  refused(
    { revisionContext: 'fresh', warmUp: {} },
    /revisionContext: expected conversation with a warm-up, which teaches revisions there, got "fresh"/,
  )
  refused(
    { score: {}, method: 'rloo' },
    /turns: expected direct-multi-turn with score, got "self-correction"/,
  )
  refused(
    { score: {}, turns: 'direct-multi-turn' },
    /method: expected rloo or reinforce with score, got "a-star-po"/,
  )
})
