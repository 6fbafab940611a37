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

export interface State {
  hidden: ReadonlySet<string>
  /** What can still be taken back, the latest last. */
  open: Deed[]
  /** What did not work, with its error. */
  failed?: { deed: Deed; error: unknown }
}

export class Doing {
  private state: State = { hidden: new Set(), open: [] }
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
    this.set({ hidden: new Set([...this.state.hidden, ...deed.keys]), open: [...this.state.open, deed], failed: undefined })
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

  /** Tries again what did not work. */
  retry(): void {
    const failed = this.state.failed
    if (!failed) return
    this.set({ failed: undefined, hidden: new Set([...this.state.hidden, ...failed.deed.keys]) })
    void this.send(failed.deed)
  }

  dismiss(): void {
    this.set({ failed: undefined })
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
      this.set({ failed: { deed, error } })
    }
    this.show(deed)
  }
}

export const doing = new Doing()

export const useDoing = (): State => useSyncExternalStore(doing.subscribe, doing.read)
