import { useSyncExternalStore } from 'react'

// What a rep does is shown as done at once and sent a little later, so that it
// can be taken back. Whoever leaves the page meanwhile has meant it.

/** How long something can be taken back, in milliseconds. */
export const grace = 5_000

export interface Deed {
  /** The items that are out of sight from now on. */
  keys: string[]
  /** What was done, in words. */
  label: string
  /** Tells the server. */
  run: () => Promise<unknown>
}

interface Failure {
  deed: Deed
  error: unknown
}

export interface State {
  hidden: ReadonlySet<string>
  /** What can still be taken back, the latest last. */
  open: Deed[]
  /** What did not work, each with its error, the latest last: it stays until it works or is let go. */
  failed: Failure[]
}

export class Doing {
  private state: State = { hidden: new Set(), open: [], failed: [] }
  private readonly timers = new Map<Deed, ReturnType<typeof setTimeout>>()
  private readonly listeners = new Set<() => void>()

  readonly subscribe = (tell: () => void): (() => void) => {
    this.listeners.add(tell)
    return () => this.listeners.delete(tell)
  }

  readonly read = (): State => this.state

  private set(change: Partial<State>): void {
    this.state = { ...this.state, ...change }
    for (const tell of this.listeners) tell()
  }

  /** Does something that can be taken back for a while. */
  do(deed: Deed): void {
    this.timers.set(
      deed,
      setTimeout(() => void this.commit(deed), grace),
    )
    this.set({ hidden: new Set([...this.state.hidden, ...deed.keys]), open: [...this.state.open, deed] })
  }

  /** Takes back what was done last. */
  undo(): void {
    const deed = this.state.open.at(-1)
    if (!deed) return
    this.drop(deed)
    this.show(deed)
  }

  /** Sends everything at once: the page is about to go. */
  flush(): void {
    for (const deed of [...this.state.open]) void this.commit(deed)
  }

  /** Tries again what did not work last. */
  retry(): void {
    const last = this.state.failed.at(-1)
    if (!last) return
    this.dismiss()
    this.set({ hidden: new Set([...this.state.hidden, ...last.deed.keys]) })
    void this.send(last.deed)
  }

  /** Lets go of what did not work last. */
  dismiss(): void {
    this.set({ failed: this.state.failed.slice(0, -1) })
  }

  private drop(deed: Deed): void {
    clearTimeout(this.timers.get(deed))
    this.timers.delete(deed)
    this.set({ open: this.state.open.filter((d) => d !== deed) })
  }

  private show(deed: Deed): void {
    this.set({ hidden: new Set([...this.state.hidden].filter((key) => !deed.keys.includes(key))) })
  }

  private async commit(deed: Deed): Promise<void> {
    if (!this.timers.has(deed)) return
    this.drop(deed)
    await this.send(deed)
  }

  private async send(deed: Deed): Promise<void> {
    try {
      await deed.run() // which also fetches the day anew, so that nothing comes back for a moment
    } catch (error) {
      this.set({ failed: [...this.state.failed, { deed, error }] })
    }
    this.show(deed)
  }
}

export const doing = new Doing()

export const useDoing = (): State => useSyncExternalStore(doing.subscribe, doing.read)
