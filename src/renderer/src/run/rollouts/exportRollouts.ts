import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { StoredRollout } from '../../../../shared/runs/records.ts'
import { rolloutColumns, type TableColumn } from '../../../../shared/runs/rolloutColumns.ts'

export type RolloutFormat = 'jsonl' | 'parquet'

export interface RolloutExport {
  /** The rollouts from this place on, at most `limit`. */
  readonly read: (offset: number, limit: number) => Promise<readonly StoredRollout[]>
  readonly total: number
  readonly onProgress: (done: number) => void
  readonly signal: AbortSignal
}

const partSize = 500

/**
 * All rollouts of a filter as one file, read part by part. @throws what reading throws; an AbortError once it
 * is cancelled
 */
export async function rolloutFile(format: RolloutFormat, asked: RolloutExport): Promise<Blob> {
  const parts: BlobPart[] = []
  const bytes = new ByteWriter()
  const parquet = format === 'parquet' ? openParquet(bytes) : null
  for (let done = 0; done < asked.total; done += partSize) {
    const rollouts = await asked.read(done, partSize)
    asked.signal.throwIfAborted()
    if (parquet === null) parts.push(rollouts.map((rollout) => `${JSON.stringify(rollout)}\n`).join(''))
    else await parquet.write({ columnData: rolloutColumns(rollouts).map(columnData) })
    asked.onProgress(Math.min(done + partSize, asked.total))
  }
  if (parquet === null) return new Blob(parts, { type: 'application/jsonl' })
  await parquet.finish()
  return new Blob([bytes.getBuffer()], { type: 'application/vnd.apache.parquet' })
}

function openParquet(writer: ByteWriter): ParquetWriter {
  const schema = schemaFromColumnData({ columnData: rolloutColumns([]).map(columnData) })
  return new ParquetWriter({ writer, schema, createdBy: 'recheck' })
}

function columnData({ name, type, data }: TableColumn) {
  return { name, type, data: [...data], nullable: true }
}
