// Imported before TensorFlow's addon: commands such as `verify` load it in their own process, and it reads
// these once.
import { childEnvironment, tensorFlowVariables } from './childEnvironment.ts'

const wanted = childEnvironment()
for (const name of [...Object.keys(tensorFlowVariables), 'XLA_FLAGS', 'TF_XLA_FLAGS']) {
  const value = wanted[name]
  if (value !== undefined) process.env[name] = value
}
