import type { Progress } from '../../../shared/runs/runEvent.ts'
import { importModelFolder } from '../../host/model/importFolder.ts'
import { importAdapter } from '../../host/model/peft/importAdapter.ts'
import { modelFolderOf } from '../../run/namedModelFolder.ts'
import type { FolderQuestion } from '../../owner/tasks/fetches.ts'

/**
 * Takes a model folder of this machine into the library, or an adapter merged into its model.
 *
 * @throws RecheckError `adapter.*`, `model.*`, `checkpoint.*`, `config.*`, `tokenizer.*`, `file.*`; nothing is
 *   left behind
 */
export async function importFolder(
  { folder, onto, name }: FolderQuestion,
  report: (progress: Progress) => void,
): Promise<null> {
  if (onto === null) await importModelFolder({ folder, name, report })
  else await importAdapter({ folder, base: modelFolderOf(onto, folder), name, report })
  return null
}
