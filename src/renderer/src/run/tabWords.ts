import type { RunTab } from '../data/routeTarget.ts'

export const tabWords: Readonly<Record<RunTab, string>> = {
  plots: 'Plots',
  metrics: 'More metrics',
  rollouts: 'Rollouts',
  vStar: 'V*',
  evaluations: 'Evaluations',
  config: 'Config',
  checkpoints: 'Checkpoints',
  alarms: 'Alarms',
  events: 'Events',
}
