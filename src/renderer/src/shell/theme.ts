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

const errors = { '--mantine-color-error': 'var(--bad)' }

/** Mantine's greys for hints and its red for errors are too faint to read by WCAG's measure. */
export const readableHints: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...errors, '--mantine-color-dimmed': '#5c6470', '--mantine-color-placeholder': '#646c78' },
  dark: { ...errors, '--mantine-color-dimmed': '#a3aab6', '--mantine-color-placeholder': '#979fac' },
})
