import { plainLine, plainText } from '../../../shared/plainText.ts'
import type { Block, ReportDocument } from './document.ts'

/** GitHub's Markdown, without pictures, which a text file cannot hold. */
export function markdownReport({ blocks }: ReportDocument): string {
  return `${blocks
    .map(blockMarkdown)
    .filter((text) => text !== '')
    .join('\n\n')}\n`
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${escaped(block.text)}`
    case 'text':
      return escaped(block.text)
    case 'table':
      return [block.titles, block.titles.map(() => '---')]
        .concat(block.rows)
        .map((row, index) => `| ${row.map((cell) => (index === 1 ? cell : escaped(cell))).join(' | ')} |`)
        .join('\n')
    case 'code':
      return `${block.title === null ? '' : `${escaped(block.title)}\n\n`}${fenced(block.text)}`
    case 'picture':
      return ''
  }
}

/** What Markdown or the HTML in it would obey stands there as itself. */
function escaped(text: string): string {
  return plainLine(text).replaceAll(/[\\`*_{}[\]<>#|&~]/g, (character) => `\\${character}`)
}

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${plainText(text)}\n${fence}`
}
