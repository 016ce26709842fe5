import { plainLine, plainText } from '../../../shared/text/plainText.ts'
import { formatTable } from '../../../shared/text/textTable.ts'
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
      return formatTable(block.titles, block.rows)
    case 'code':
    case 'picture':
      return ''
  }
}
