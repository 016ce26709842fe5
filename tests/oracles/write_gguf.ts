import { join } from 'node:path'
import { importGguf } from '../../src/main/host/model/gguf/importGguf.ts'
import { writeGguf } from '../../src/main/host/model/gguf/writeGguf.ts'
import { openModelFolder } from '../../src/main/host/model/modelFolder.ts'
import { viewParameters } from '../../src/main/host/model/parameterView.ts'

/** `node tests/oracles/write_gguf.ts SOURCE.gguf OUT.gguf`: imported and exported again; OUT for gguf_export.py. */
const [source = '', out = ''] = process.argv.slice(2)
const models = `${out}.models`
const { model } = await importGguf({ path: source, name: 'first', models, report: () => undefined })
const { folder } = model
const opened = await openModelFolder(folder)
await writeGguf(join(out), {
  name: 'a run',
  licence: model.source?.licence ?? null,
  config: opened.config,
  parameters: viewParameters(opened),
  folder,
})
