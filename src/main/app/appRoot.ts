import { app } from 'electron'

/** The folder that holds package.json and `out`. */
export function appRoot(): string {
  return app.getAppPath()
}
