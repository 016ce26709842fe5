import assert from 'node:assert/strict'
import { textWidth } from '../../../src/shared/plots/textFit.ts'

/** Where a text of a picture stands, px: with the widest font that it may be drawn with. */
export interface TextBox {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** The boxes of all texts of a picture that ECharts wrote as SVG. */
export function textBoxes(svg: string): TextBox[] {
  return [...svg.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)].map(([, attributes = '', written = '']) => {
    const text = unescaped(written)
    const size = Number(/font-size:([\d.]+)px/.exec(attributes)?.[1] ?? 12)
    const width = textWidth(text, size) * (/font-weight:(600|bold)/.test(attributes) ? 1.15 : 1)
    const anchor = /text-anchor="(\w+)"/.exec(attributes)?.[1] ?? 'start'
    const start = anchor === 'end' ? -width : anchor === 'middle' ? -width / 2 : 0
    const along = { from: numberOf(attributes, 'x') + start, to: numberOf(attributes, 'x') + start + width }
    const across = { from: numberOf(attributes, 'y') - size / 2, to: numberOf(attributes, 'y') + size / 2 }
    // a y axis names itself upwards
    const up = /transform="matrix\(0,-1,1,0,([\d.-]+),([\d.-]+)\)"/.exec(attributes)
    const [, x = 0, y = 0] = up ?? /transform="translate\(([\d.-]+) ([\d.-]+)\)"/.exec(attributes) ?? []
    const [dx, dy] = [Number(x), Number(y)]
    return up === null
      ? { text, left: dx + along.from, right: dx + along.to, top: dy + across.from, bottom: dy + across.to }
      : { text, left: dx + across.from, right: dx + across.to, top: dy - along.to, bottom: dy - along.from }
  })
}

/** Every text of a picture lies within it, and none upon another. */
export function assertTextsApart(svg: string, { width, height }: { width: number; height: number }): void {
  const boxes = textBoxes(svg)
  assert.ok(boxes.length > 5, 'no texts')
  for (const [index, box] of boxes.entries()) {
    const isInside = box.left >= 0 && box.right <= width && box.top >= 0 && box.bottom <= height
    assert.ok(isInside, `beyond the picture: ${JSON.stringify(box)}`)
    const upon = boxes.slice(index + 1).find((other) => touches(box, other))
    assert.equal(upon, undefined, `“${box.text}” lies upon “${upon?.text ?? ''}”`)
  }
}

function touches(a: TextBox, b: TextBox): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

function numberOf(attributes: string, name: string): number {
  return Number(new RegExp(` ${name}="([\\d.-]+)"`).exec(attributes)?.[1] ?? 0)
}

function unescaped(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
}
