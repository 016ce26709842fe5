import { createSpotlight } from '@mantine/spotlight'

/** What the command palette has of its state, and what opens it. */
export const [paletteStore, palette] = createSpotlight()
