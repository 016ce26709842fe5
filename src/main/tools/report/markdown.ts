import { plainLine, plainText } from '../../../shared/text/plainText.ts'
import type { Block, ReportDocument } from './document.ts'

/**
 * GitHub's Markdown. A text file cannot hold pictures.
 *
 * @param pictureFile name of the file that stands beside it with the picture of this number, from 0; left
 *   out: no pictures
 */
export function markdownReport(
  { blocks }: ReportDocument,
  pictureFile: ((index: number) => string) | null = null,
): string {
  const pictures = blocks.filter(({ kind }) => kind === 'picture')
  return `${blocks
    .map((block) => {
      if (block.kind !== 'picture') return blockMarkdown(block)
      if (pictureFile === null) return ''
      return `![${escaped(block.title)}](${encodeURI(pictureFile(pictures.indexOf(block)))})`
    })
    .filter((text) => text !== '')
    .join('\n\n')}\n`
}

function blockMarkdown(block: Exclude<Block, { kind: 'picture' }>): string {
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
