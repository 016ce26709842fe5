// Run by npm after every installation, and by `npm run provision`: provides TensorFlow when it is not there yet and
// says nothing when it is. An installation without TensorFlow still succeeds; training then refuses with the reason.
import { checkStart } from './installChecks.mjs'

const problem = checkStart(process.versions.node, process.env.npm_config_user_agent)
if (problem !== null) {
  process.stderr.write(`recheck: ${problem}\n`)
} else {
  const { provision } = await import('./provision.ts')
  process.exitCode = await provision(process.argv.includes('--strict'))
}
