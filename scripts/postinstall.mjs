// Run by npm after every installation, and by `npm run provision`: provides TensorFlow when it is not there
// yet and says nothing when it is. An installation without TensorFlow still succeeds; training then refuses
// with the reason.
import { checkStart } from './installChecks.mjs'

const problem = checkStart(process.versions.node, process.env.npm_config_user_agent)
if (problem !== null) {
  process.stderr.write(`recheck: ${problem}\n`)
} else {
  const isStrict = process.argv.includes('--strict')
  try {
    const { provision } = await import('./provision.ts')
    process.exitCode = await provision(isStrict)
  } catch (error) {
    process.stderr.write(`recheck: TensorFlow was not installed: ${error?.stack ?? error}\n`)
    process.exitCode = isStrict ? 1 : 0
  }
}
