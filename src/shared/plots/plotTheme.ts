/** Colours and type of a chart; the page's two themes and the exported files use the same ones. */
export interface PlotTheme {
  readonly name: 'light' | 'dark'
  readonly background: string
  readonly text: string
  readonly mutedText: string
  readonly gridLine: string
  readonly axisLine: string
  readonly alarm: string
  /**
   * Distinguishable by colour-blind readers and in both themes' contrast; a series keeps its index in every
   * view.
   */
  readonly palette: readonly string[]
  readonly fontFamily: string
}

// no quotes: ECharts writes it into an SVG attribute as it is
const fontFamily = 'Inter, DejaVu Sans, system-ui, sans-serif'

export const lightTheme: PlotTheme = {
  name: 'light',
  background: '#ffffff',
  text: '#1f2430',
  mutedText: '#5c6470',
  gridLine: '#e6e8ec',
  axisLine: '#9aa1ad',
  alarm: '#b42318',
  palette: ['#0b6bcb', '#c2410c', '#15803d', '#a21caf', '#0e7490', '#64748b', '#a16207', '#be123c'],
  fontFamily,
}

export const darkTheme: PlotTheme = {
  name: 'dark',
  background: '#1a1d23',
  text: '#e7e9ee',
  mutedText: '#a3aab6',
  gridLine: '#2c313a',
  axisLine: '#5d6572',
  alarm: '#f97066',
  palette: ['#5aa9f5', '#f59e5b', '#5cc98a', '#d991f0', '#54c3d8', '#9aa6b8', '#e0b84d', '#f58a9c'],
  fontFamily,
}
