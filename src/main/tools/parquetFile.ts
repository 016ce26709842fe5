import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'
import type { TableColumn } from '../../shared/runs/rolloutColumns.ts'

/** A Parquet file that is written part by part: only the part at hand is in memory. */
export interface ParquetFile {
  /** Rows of the columns that the file was begun with. */
  append(columns: readonly TableColumn[]): void
  finish(): void
}

/** Rows of one group of the file. */
const groupRows = 100_000

/**
 * Begins a Parquet file (snappy); what is at the path is replaced.
 *
 * @param columns  the first rows, or none of them: names and types are those of all
 */
export function beginParquet(path: string, columns: readonly TableColumn[]): ParquetFile {
  const schema = schemaFromColumnData({ columnData: columns.map(columnData) })
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'recheck' })
  const append = (rows: readonly TableColumn[]): void =>
    void writer.write({ columnData: rows.map(columnData), rowGroupSize: groupRows })
  if ((columns[0]?.data.length ?? 0) > 0) append(columns)
  return { append, finish: () => void writer.finish() }
}

function columnData({ name, type, data }: TableColumn) {
  return { name, type, data: [...data], nullable: true }
}
