import type { QueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { pause } from './data'
import { demo } from './demo'

export interface Leg {
  done: number
  of: number
}

// How often it is asked whether the engine has caught up, and for how long: a
// clock that stood still would be worse.
const askEvery = 250
const askMost = 40
const quietTwice = 2

/** Waits until the engine has nothing left to do at the clock's time. */
export async function settled(busy: () => Promise<number>, wait: (ms: number) => Promise<void>): Promise<void> {
  let quiet = 0
  for (let asked = 0; asked < askMost && quiet < quietTwice; asked++) {
    await wait(askEvery)
    quiet = (await busy()) === 0 ? quiet + 1 : 0
  }
}

/** Moves the clock leg by leg, letting the engine catch up in between. */
export function useJourney(client: QueryClient) {
  const [leg, setLeg] = useState<Leg>()
  const [error, setError] = useState<unknown>()
  const stopped = useRef(false)
  async function go(moves: ('hour' | 'morning')[]): Promise<void> {
    stopped.current = false
    setError(undefined)
    try {
      for (const [done, to] of moves.entries()) {
        if (stopped.current) break
        setLeg({ done, of: moves.length })
        await demo.move(to)
        await settled(async () => (await demo.clock()).busy, pause)
      }
    } catch (e) {
      setError(e)
    }
    setLeg(undefined)
    await client.invalidateQueries()
  }
  return { leg, error, go, stop: () => (stopped.current = true) }
}
