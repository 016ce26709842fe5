import type { PlotOption } from '../../../../shared/plots/plotOption.ts'
import { dashboardCanvas, dashboardSvg, plotCanvas, plotSvg } from './pictures.ts'

/** Hands a file to the reader: the browser's download, or the window's save dialog. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // the download has begun by then; at once, Firefox would find nothing
  setTimeout(() => URL.revokeObjectURL(address), 30_000)
}

/** One option as it is; several as one picture of two columns. */
export async function savePng(
  options: readonly PlotOption[],
  pixelRatio: number,
  name: string,
): Promise<void> {
  const [only] = options.length === 1 ? options : []
  const canvas = only === undefined ? dashboardCanvas(options, pixelRatio) : plotCanvas(only, pixelRatio)
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
  if (picture === null) {
    throw new Error(
      `The picture of ${canvas.width} × ${canvas.height} px is too large here: choose a smaller size.`,
    )
  }
  saveFile(picture, name)
}

export function saveSvg(options: readonly PlotOption[], name: string): void {
  const [only] = options.length === 1 ? options : []
  saveFile(
    new Blob([only === undefined ? dashboardSvg(options) : plotSvg(only)], { type: 'image/svg+xml' }),
    name,
  )
}

export function saveCsv(csv: string, name: string): void {
  saveFile(new Blob([csv], { type: 'text/csv;charset=utf-8' }), name)
}
