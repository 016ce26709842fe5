import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectFolder } from '../../host/machine/paths.ts'

const packages = ['onnxruntime-node', '@tensorflow/tfjs-node-gpu']

/** Versions that a figure depends on. */
export async function versions(): Promise<Record<string, string>> {
  const found: Record<string, string> = { node: process.version }
  for (const name of ['', ...packages.map((name) => join('node_modules', name))]) {
    const path = join(projectFolder, name, 'package.json')
    const described = JSON.parse(await readFile(path, 'utf8')) as { name: string; version: string }
    found[described.name] = described.version
  }
  return found
}
