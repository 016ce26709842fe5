import { EventEmitter } from 'node:events'
import { setup } from './doubleWorld.ts'

class App extends EventEmitter {
  lockData: unknown = null
  /** Set by the windows' own file; false when one of them refused. */
  closeWindows = (): boolean => true

  requestSingleInstanceLock(data: unknown): boolean {
    this.lockData = data
    return setup.isFirst
  }
  async whenReady(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
  }
  getAppPath = (): string => setup.appPath
  getPath = (): string => setup.userData
  quit(): void {
    if (this.closeWindows()) this.exit(0)
  }
  exit(code: number): void {
    const end = (): never => process.exit(code)
    if (process.send === undefined) end()
    else process.send({ type: 'exit', code }, end)
  }
}

export const app = new App()
