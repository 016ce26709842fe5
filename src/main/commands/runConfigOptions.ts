import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { z } from 'zod'
import { mergeConfigs, parseSetting, type ConfigLayer } from '../../shared/config/layers.ts'
import { findPreset } from '../../shared/config/presets.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { parseYaml } from '../../shared/text/yamlText.ts'
import { formatBytes } from '../../shared/text/format.ts'

/** `--config`, `--preset`, `--set`, as a command's input schema takes them in. */
export const configOptionsShape = {
  config: z.string().optional(),
  preset: z.string().optional(),
  set: z.array(z.string()).default([]),
  capture: z.boolean().default(true),
  yes: z.boolean().default(false),
}

export interface ConfigOptions {
  readonly config?: string | undefined
  readonly preset?: string | undefined
  readonly set: readonly string[]
  /** false: `--no-capture`. */
  readonly capture: boolean
}

export function addConfigOptions(command: Command): Command {
  return command
    .option('--preset <name>', 'named starting point, see docs/config.md')
    .option('--config <file>', 'run config, YAML or JSON; lies over the preset')
    .option('--set <path=value>', 'one field, over both; may be given again', collect, [])
    .option('--yes', 'fetch a model or data set that is not there from the hub, without asking')
    .option('--no-capture', 'train op by op instead of from one graph: slower, for comparison')
}

export function collect(value: string, before: string[]): string[] {
  return [...before, value]
}

/** Preset, file and settings laid over one another; not yet parsed. */
export async function readConfigOptions(
  options: ConfigOptions,
  fallbackPreset: string | null,
): Promise<ConfigLayer> {
  const preset = options.preset ?? (options.config === undefined ? fallbackPreset : null)
  const layers: ConfigLayer[] = preset === null ? [] : [findPreset(preset).config]
  if (options.config !== undefined) layers.push(await readLayerFile(options.config, 'a run config'))
  return mergeConfigs(...layers, ...options.set.map(parseSetting), options.capture ? {} : { capture: false })
}

/** Far above any config; a parser given a data set by mistake would run out of memory. */
const largestConfigBytes = 4 * 2 ** 20

/** A YAML or JSON file of fields. @param what  it should be, for the message: `a run config` */
export async function readLayerFile(path: string, what: string): Promise<ConfigLayer> {
  const text = await readConfigText(path).catch((thrown: unknown) => {
    if (thrown instanceof RecheckError) throw thrown
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new RecheckError('config.unreadable', `${path} cannot be read: ${reason}`)
  })
  const value = readYaml(path, text)
  const group = z.record(z.string(), z.unknown()).safeParse(value)
  if (group.success) return group.data
  throw new RecheckError('config.invalid', `${path} is not ${what}: expected fields, like "steps: 40".`)
}

async function readConfigText(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size <= largestConfigBytes) return readFile(path, 'utf8')
  throw new RecheckError(
    'config.invalid',
    `${path} has ${formatBytes(size)}; a run config has at most ${formatBytes(largestConfigBytes)}. Is it the right file?`,
  )
}

/** YAML 1.2 holds JSON. */
function readYaml(path: string, text: string): unknown {
  try {
    return parseYaml(text)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new RecheckError('config.invalid', `${path} is neither YAML nor JSON: ${reason}`)
  }
}
