import { formatBytes } from '../../shared/text/format.ts'
import type { Command } from 'commander'
import { z } from 'zod'
import { HubAccess } from '../../shared/routes/library/hub.ts'
import { Diagnosis } from '../../shared/runs/diagnosis.ts'
import { hubAccessText } from '../../shared/text/hubAccessText.ts'
import type { CommandContext } from './command.ts'
import { addCommand } from './command.ts'

export const DoctorOutput = Diagnosis.extend({ hub: HubAccess })
export type DoctorOutput = z.infer<typeof DoctorOutput>

export function register(program: Command, context: CommandContext): void {
  addCommand(program, context, {
    name: 'doctor',
    summary:
      'say which device, libraries and folders are in use and what is missing; exit code 1 if training cannot run',
    examples: ['recheck doctor', 'recheck doctor --json'],
    input: z.object({}),
    output: DoctorOutput,
    async run(_input, call) {
      const { diagnose } = await import('../host/machine/diagnosis.ts')
      const { hubPlaceHere, readHubAccess } = await import('../host/hub/hubAccess.ts')
      const [diagnosis, hub] = await Promise.all([
        diagnose(call.dataFolder, process.execPath),
        readHubAccess(hubPlaceHere),
      ])
      const output = { ...diagnosis, hub }
      return { output, text: describe(output), ...(output.canTrain ? {} : { exitCode: 1 }) }
    },
  })
}

/** The diagnosis as lines for people. */
export function describe(diagnosis: DoctorOutput): string {
  const { device, tensorFlow, onnxRuntime, compiler, memory, electron } = diagnosis
  const providers = onnxRuntime.providers.map((one) => (one.bundled ? one.name : `${one.name} (not bundled)`))
  const rows: [string, string][] = [
    ['device', device.inUse ?? 'none'],
    ['GPU', device.whyNoGpu === null ? 'in use' : `not used: ${device.whyNoGpu}`],
    ...device.cards.map((card): [string, string] => ['card', `${card.name}, ${card.memoryMebibytes} MiB`]),
    [
      'TensorFlow',
      tensorFlow.version ? `${tensorFlow.version} (${tensorFlow.variant ?? ''})` : 'not available',
    ],
    ['XLA', tensorFlow.whyNoXla === null ? 'compiles' : `does not compile: ${tensorFlow.whyNoXla}`],
    [
      'ONNX Runtime',
      onnxRuntime.version ? `${onnxRuntime.version} (${providers.join(', ')})` : 'not available',
    ],
    ['Node', `${diagnosis.node.version}, ${diagnosis.node.path}`],
    ['compiler', compiler.cxx ?? 'none: only needed to build the TensorFlow addon (g++)'],
    ['make', compiler.make ?? 'none: only needed to build the TensorFlow addon'],
    ['Python', compiler.python ?? 'none: only needed to fetch and build at installation'],
    ['pip', compiler.pip ?? 'none: only needed to fetch TensorFlow (or set TENSORFLOW_WHEEL)'],
    ['memory', `${formatBytes(memory.availableBytes)} of ${formatBytes(memory.totalBytes)} available`],
    ['data folder', folderLine(diagnosis.dataFolder)],
    ['cache folder', folderLine(diagnosis.cacheFolder)],
    ['model hub', hubAccessText(diagnosis.hub)],
    ['Electron', electron.binary ?? `no binary; ${electron.remedy ?? ''}`],
  ]
  const lines = rows.map(([name, value]) => `${name.padEnd(14)}${value}`)
  const problems = diagnosis.problems.map((problem) => `- ${problem.message}`)
  const verdict = diagnosis.canTrain ? 'Training can run.' : 'Training cannot run:'
  return [...lines, '', verdict, ...problems].join('\n')
}

function folderLine(folder: Diagnosis['dataFolder']): string {
  const notes = [
    `${formatBytes(folder.freeBytes)} free`,
    ...(folder.exists ? [] : ['not made yet']),
    ...(folder.isWritable ? [] : ['cannot be written']),
  ]
  return `${folder.path} (${notes.join(', ')})`
}
