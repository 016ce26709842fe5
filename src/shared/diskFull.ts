/** The way out of a full disk. On one without a byte left SQLite cannot even be opened, so garbage is collected second. */
export const freeSpace =
  'Free some space by moving or deleting other files; then "recheck gc" gives back what deleted runs hold, once no Recheck uses ' +
  'this data folder.'
