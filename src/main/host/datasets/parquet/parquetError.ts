/** What is wrong with a Parquet file, in words that follow its name: "it ends at byte 7". */
export class ParquetError extends Error {}
