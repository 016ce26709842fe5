// Imported before TensorFlow's addon: commands such as `verify` load it in their own process, and it reads these once.
import { tensorFlowVariables } from './childEnvironment.ts'

for (const [name, value] of Object.entries(tensorFlowVariables)) process.env[name] ??= value
