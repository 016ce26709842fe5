import { createTheme, rem, type CSSVariablesResolver, type MantineThemeOverride } from '@mantine/core'

const small = { defaultProps: { size: 'xs' } }
const atOnce = { defaultProps: { transitionProps: { duration: 0 } } }

/** Dense, as a desktop tool: small controls, small type, little rounding. */
export const theme: MantineThemeOverride = createTheme({
  fontFamily: 'Inter, "DejaVu Sans", system-ui, sans-serif',
  fontFamilyMonospace: 'ui-monospace, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: rem(12), sm: rem(13), md: rem(14), lg: rem(16), xl: rem(19) },
  colors: {
    // Mantine's greys for the dark theme, with the plots' blueish tone
    dark: [
      '#e7e9ee',
      '#c9ced8',
      '#a3aab6',
      '#7d8592',
      '#5d6572',
      '#3a404b',
      '#262b33',
      '#1a1d23',
      '#15181d',
      '#121418',
    ],
  },
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: {
    Button: small,
    TextInput: small,
    Autocomplete: small,
    Select: small,
    NativeSelect: small,
    MultiSelect: small,
    TagsInput: small,
    Textarea: small,
    Switch: small,
    Checkbox: small,
    SegmentedControl: small,
    Table: { defaultProps: { verticalSpacing: 5 } },
    Badge: { defaultProps: { size: 'sm', radius: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } },
    // a placeholder in a list of menu items is one that screen readers stumble over
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    // gone is gone: the page's keys hold again with the very next one
    Modal: atOnce,
    Popover: atOnce,
    Spotlight: atOnce,
    // meanings are for the keyboard too
    Tooltip: {
      defaultProps: {
        openDelay: 350,
        multiline: true,
        maw: 420,
        events: { hover: true, focus: true, touch: true },
      },
    },
  },
})

/** The page's own colours, as CSS variables; every stylesheet takes its colours from these. */
const tokens: Readonly<Record<`--${string}`, { readonly light: string; readonly dark: string }>> = {
  '--page-background': { light: '#f6f7f9', dark: '#121418' },
  '--panel-background': { light: '#ffffff', dark: '#1a1d23' },
  '--panel-border': { light: '#dfe2e8', dark: '#2f343d' },
  '--muted': { light: '#5c6470', dark: '#a3aab6' },
  '--text': { light: '#1f2430', dark: '#e7e9ee' },
  '--row-hover': { light: '#eef3fa', dark: '#232830' },
  '--row-selected': { light: '#e0ecfb', dark: '#1d3350' },
  '--accent': { light: '#0b5cad', dark: '#7cbcff' },
  '--good': { light: '#15703a', dark: '#6fd39a' },
  '--bad': { light: '#b42318', dark: '#f97066' },
  '--warn': { light: '#b7791f', dark: '#e0b84d' },
  '--token-up': { light: '#5aa9f5', dark: '#1f5f9f' },
  '--token-down': { light: '#f2a35e', dark: '#9a4a12' },
  // Mantine's greys for hints and its red for errors are too faint to read by WCAG's measure
  '--mantine-color-error': { light: 'var(--bad)', dark: 'var(--bad)' },
  '--mantine-color-dimmed': { light: '#5c6470', dark: '#a3aab6' },
  '--mantine-color-placeholder': { light: '#646c78', dark: '#979fac' },
}

function tokensOf(scheme: 'light' | 'dark'): Record<string, string> {
  return Object.fromEntries(Object.entries(tokens).map(([name, colour]) => [name, colour[scheme]]))
}

export const cssTokens: CSSVariablesResolver = () => ({
  variables: {},
  light: tokensOf('light'),
  dark: tokensOf('dark'),
})
