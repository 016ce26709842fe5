import { writeFileSync } from 'node:fs'
import { configReference, metricReference } from '../src/shared/config/reference.ts'

/** Writes docs/config.md and docs/metrics.md from the schema and the registry. */
const docs = new URL('../docs/', import.meta.url)
writeFileSync(new URL('config.md', docs), configReference())
writeFileSync(new URL('metrics.md', docs), metricReference())
