const script =
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })"

/** Arguments with which this Node says that it is an older one. */
export const asOlderNode = ['--import', `data:text/javascript,${encodeURIComponent(script)}`] as const
