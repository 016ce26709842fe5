import { plainText } from '../../../shared/text/plainText.ts'
import type { Block, ReportDocument } from './document.ts'

/**
 * One page that needs no other file and runs no script: pictures are inside as data, and its policy allows
 * nothing else, so that a hostile name or answer in it is text and no more.
 */
export function htmlReport({ title, blocks }: ReportDocument): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${blocks.map(blockHtml).join('\n')}
</main>
</body>
</html>
`
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`
    case 'text':
      return `<p>${escaped(block.text)}</p>`
    case 'table':
      return tableHtml(block.titles, block.rows)
    case 'code':
      return codeHtml(block.text, block.title)
    case 'picture':
      return `<figure><img alt="${escaped(block.title)}" src="data:image/svg+xml;base64,${Buffer.from(block.svg).toString('base64')}"></figure>`
  }
}

function tableHtml(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const head = titles.map((title) => `<th scope="col">${escaped(title)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}

function codeHtml(text: string, title: string | null): string {
  const code = `<pre>${escaped(text)}</pre>`
  return title === null ? code : `<details><summary>${escaped(title)}</summary>${code}</details>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return plainText(text).replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

const style = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 0.9rem 0.25rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: 0.75rem; border-radius: 4px; }
figure { margin: 1rem 0; break-inside: avoid; } img { max-width: 100%; height: auto; background: #fff; }
details { margin: 0.75rem 0; } summary { cursor: pointer; }
@media print { main { max-width: none; padding: 0; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
`
