export interface CsvPart {
  readonly run: string
  readonly csv: string
}

/** Several runs' tables below one another, each line with its run in front; columns differ, so each keeps its own head. */
export function joinCsv(parts: readonly CsvPart[]): string {
  return parts
    .map(({ run, csv }) =>
      csv
        .split('\n')
        .filter((line) => line !== '')
        .map((line, index) => `${index === 0 ? 'run' : run},${line}`)
        .join('\n'),
    )
    .join('\n\n')
}
