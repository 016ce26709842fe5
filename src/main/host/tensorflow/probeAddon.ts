// Run by deviceProbe in a process of its own: loads the addon named by the first argument and says what it
// is.
import { createRequire } from 'node:module'

interface Addon {
  readonly TF_Version: string
  isUsingGpuDevice(): boolean
}

const addon = createRequire(import.meta.url)(process.argv[2] ?? '') as Addon
process.stdout.write(
  `${JSON.stringify({ version: addon.TF_Version, isUsingGpuDevice: addon.isUsingGpuDevice() })}\n`,
)
