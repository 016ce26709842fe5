import { plainLine, plainText } from '../../../shared/text/plainText.ts'
import type { Block, ReportDocument } from './document.ts'

/** For a terminal: headings, text and tables in columns; without pictures and code. */
export function reportText({ blocks }: ReportDocument): string {
  return blocks
    .map(blockText)
    .filter((text) => text !== '')
    .join('\n\n')
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return plainLine(block.text)
    case 'text':
      return plainText(block.text)
    case 'table':
      return columns([block.titles].concat(block.rows))
    case 'code':
    case 'picture':
      return ''
  }
}

function columns(rows: readonly (readonly string[])[]): string {
  const texts = rows.map((row) => row.map(plainLine))
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((row) => (row[column] ?? '').length)),
  )
  return texts
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
