// Draws resources/icon.png, the icon of window and tray: node scripts/draw-icon.mjs
import { Resvg } from '@resvg/resvg-js'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

// A tick, and the arrow of a second look around it.
const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
  <defs>
    <linearGradient id="ground" x1="0" y1="0" x2="1" y2="1">
      <stop offset="0" stop-color="#3b5bdb"/><stop offset="1" stop-color="#12b886"/>
    </linearGradient>
  </defs>
  <rect x="16" y="16" width="480" height="480" rx="112" fill="url(#ground)"/>
  <g fill="none" stroke="#fff" stroke-linecap="round" stroke-linejoin="round">
    <path d="M 376.2 186.6 A 139 139 0 1 0 395 256" stroke-width="34"/>
    <path d="M 386 116 L 380 190 L 308 186" stroke-width="34"/>
    <path d="M 192 266 L 236 310 L 306 240" stroke-width="40"/>
  </g>
</svg>`
const png = new Resvg(svg, { fitTo: { mode: 'width', value: 512 } }).render().asPng()
writeFileSync(join(import.meta.dirname, '../resources/icon.png'), png)
