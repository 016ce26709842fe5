import styles from './TokenText.module.css'

/** The class that paints a step of the scale. */
export function levelClass(level: number): string {
  const names = [
    [styles.none, styles.up1, styles.up2, styles.up3, styles.up4],
    [styles.none, styles.down1, styles.down2, styles.down3, styles.down4],
  ] as const
  return names[level < 0 ? 1 : 0][Math.abs(level)] ?? ''
}
