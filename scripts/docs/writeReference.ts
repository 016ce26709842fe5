import { writeFileSync } from 'node:fs'
import { modelReference } from '../../src/core/model/config/fieldReference.ts'
import { configReference, metricReference } from '../../src/shared/config/reference.ts'

/**
 * Writes docs/config.md, docs/metrics.md and docs/models.md from the schema, the registry and the rules for
 * config.json.
 */
const docs = new URL('../../docs/', import.meta.url)
writeFileSync(new URL('config.md', docs), configReference())
writeFileSync(new URL('metrics.md', docs), metricReference())
writeFileSync(new URL('models.md', docs), modelReference())
