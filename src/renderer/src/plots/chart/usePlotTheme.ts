import { useComputedColorScheme } from '@mantine/core'
import { darkTheme, lightTheme, type PlotTheme } from '../../../../shared/plots/plotTheme.ts'

export function usePlotTheme(): PlotTheme {
  return useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark'
    ? darkTheme
    : lightTheme
}
