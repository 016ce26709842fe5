import type { AdamWSettings } from './trainer.ts'
import type { GraphBuilder, NodeRef } from '../../graph/graphBuilder.ts'
import { boolAttribute, intAttribute, typeAttribute } from '../../graph/graphBuilder.ts'
import type { GraphVariables } from './graphVariables.ts'
import { variableOf } from './graphVariables.ts'
import { addHalfMomentUpdates } from './halfMoments.ts'
import { inTurn } from './inTurn.ts'

/** Nodes of the update. */
export const updateNames = {
  /** Fetched: global norm of the accumulated gradients. */
  gradientNorm: 'update/gradientNorm',
  /** Fed: factor on every gradient (clipping); 1 = none. */
  gradientScale: 'update/gradientScale',
  /** Fed: lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ). */
  stepSize: 'update/stepSize',
  /** Fed: ε · √(1 − β₂ᵗ). */
  epsilon: 'update/epsilon',
  /** Fed: lr · weight decay. */
  decay: 'update/decay',
  /** Fed where moments stand in bf16, int32 scalar: the number of the update, from which chance is drawn. */
  seed: 'update/seed',
  /** Fetched to apply the update. */
  apply: 'update/apply',
}

/** The scalars fed to one update, in float64 before they are rounded once. */
export interface UpdateScalars {
  readonly gradientScale: number
  readonly stepSize: number
  readonly epsilon: number
  readonly decay: number
}

/**
 * AdamW as PyTorch defines it (arXiv 1711.05101) in terms of TensorFlow's fused ResourceApplyAdam, whose ε
 * stands beside √v before the bias correction: ε̂ = ε·√(1 − β₂ᵗ). The corrections are fed, computed in
 * float64, and its β powers are 0.
 *
 * @param update  1 for the first update
 */
export function updateScalars(
  settings: AdamWSettings,
  learningRate: number,
  update: number,
  gradientNorm: number,
): UpdateScalars {
  const secondCorrection = Math.sqrt(1 - settings.beta2 ** update)
  return {
    gradientScale: settings.clipNorm === null ? 1 : Math.min(1, settings.clipNorm / (gradientNorm + 1e-6)),
    stepSize: (learningRate * secondCorrection) / (1 - settings.beta1 ** update),
    epsilon: settings.epsilon * secondCorrection,
    decay: learningRate * settings.weightDecay,
  }
}

/** Adds the norm of the accumulated gradients and one AdamW update of every parameter. */
export function addAdamWUpdate(
  graph: GraphBuilder,
  variables: GraphVariables,
  settings: AdamWSettings,
  decays: (name: string, shape: readonly number[]) => boolean,
): void {
  addGradientNorm(graph, variables)
  const fed = (name: string) => graph.placeholder(name, 'float32', [])
  const scalars = {
    gradientScale: fed(updateNames.gradientScale),
    stepSize: fed(updateNames.stepSize),
    epsilon: fed(updateNames.epsilon),
    decay: fed(updateNames.decay),
  }
  const parameters = [...(variables.get('parameter') ?? [])].map(([name, { shape }]) => ({ name, shape }))
  const decayedOf = ({ name, shape }: { name: string; shape: readonly number[] }, before: NodeRef[]) =>
    settings.weightDecay !== 0 && decays(name, shape)
      ? [`^${addDecay(graph, variables, { name, decay: scalars.decay, before })}`]
      : []
  const isHalf = ({ name }: { name: string }) =>
    variableOf(variables, 'firstMoment', name).type === 'bfloat16'
  const updates = graph.inScope('update', () => {
    const whole = inTurn(
      parameters.filter((parameter) => !isHalf(parameter)),
      (parameter, before) => {
        const controls = before.map((node) => `^${node}`)
        const decayed = decayedOf(parameter, controls)
        return addAdam(graph, variables, {
          name: parameter.name,
          settings,
          scalars,
          before: controls,
          decayed,
        })
      },
    )
    if (settings.moments !== 'bf16') return whole
    const seed = graph.placeholder(updateNames.seed, 'int32', [])
    const halves = { parameters: parameters.filter(isHalf), settings, scalars, seed, decayedOf }
    return whole.concat(addHalfMomentUpdates(graph, variables, halves))
  })
  graph.barrier(updateNames.apply, updates)
}

function addGradientNorm(graph: GraphBuilder, variables: GraphVariables): void {
  const float = { T: typeAttribute('float32') }
  graph.inScope('update', () => {
    const gradients = [...(variables.get('gradient')?.values() ?? [])]
    const halves = inTurn(gradients, ({ handle }, before) => {
      const controls = before.map((node) => `^${node}`)
      const read = graph.add('ReadVariableOp', [handle, ...controls], { dtype: typeAttribute('float32') })
      return graph.add('L2Loss', [read], float)
    })
    const sum = graph.add('AddN', halves, { ...float, N: intAttribute(halves.length) })
    const squared = graph.add('Mul', [sum, graph.floatScalar(2)], float)
    graph.addNamed(updateNames.gradientNorm, 'Sqrt', [squared], float)
  })
}

/** p ← p − lr·λ·p, which is p ← p·(1 − lr·λ). */
function addDecay(
  graph: GraphBuilder,
  variables: GraphVariables,
  { name, decay, before }: { name: string; decay: NodeRef; before: readonly NodeRef[] },
): NodeRef {
  const { handle } = variableOf(variables, 'parameter', name)
  // read only when it is this parameter's turn: while a value is held, the update writes to a copy
  const read = graph.add('ReadVariableOp', [handle, ...before], { dtype: typeAttribute('float32') })
  return graph.add('ResourceApplyGradientDescent', [handle, decay, read], lockedFloat)
}

interface AdamNode {
  readonly name: string
  readonly settings: AdamWSettings
  readonly scalars: Readonly<Record<keyof UpdateScalars, NodeRef>>
  /** Control dependencies of what is computed for the update, and of the update itself. */
  readonly before: readonly NodeRef[]
  readonly decayed: readonly NodeRef[]
}

function addAdam(graph: GraphBuilder, variables: GraphVariables, node: AdamNode): NodeRef {
  const { settings, scalars } = node
  const float = typeAttribute('float32')
  const { handle } = variableOf(variables, 'gradient', node.name)
  const read = graph.add('ReadVariableOp', [handle, ...node.before], { dtype: float })
  const gradient = graph.add('Mul', [read, scalars.gradientScale], { T: float })
  const noPower = graph.floatScalar(0)
  return graph.add(
    'ResourceApplyAdam',
    [
      variableOf(variables, 'parameter', node.name).handle,
      variableOf(variables, 'firstMoment', node.name).handle,
      variableOf(variables, 'secondMoment', node.name).handle,
      noPower,
      noPower,
      scalars.stepSize,
      graph.floatScalar(settings.beta1),
      graph.floatScalar(settings.beta2),
      scalars.epsilon,
      gradient,
      ...node.decayed,
    ],
    { ...lockedFloat, use_nesterov: boolAttribute(false) },
  )
}

const lockedFloat = { T: typeAttribute('float32'), use_locking: boolAttribute(true) }
