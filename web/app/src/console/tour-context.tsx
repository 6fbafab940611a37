import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react'
import { useBoard } from './store'
import type { Followed } from './types'

export interface Tour {
  /** The step that waits; undefined when there is no tour. */
  at: number | undefined
  who: Followed | undefined
  /** When the step began, in real time. */
  since: number
  start: () => void
  end: () => void
  meet: (who: Followed) => void
  reach: (step: number) => void
}

const TourContext = createContext<Tour | undefined>(undefined)

/** The tour, and how far it has come. */
export function useTour(): Tour {
  const tour = useContext(TourContext)
  if (!tour) throw new Error('useTour outside of TourProvider')
  return tour
}

/** The customer whom the tour is about; empty without one. */
export const useTourCustomer = (): string => useTour().who?.external_userid ?? ''

interface State {
  at: number | undefined
  who: Followed | undefined
  since: number
}

const none: State = { at: undefined, who: undefined, since: 0 }

export function TourProvider({ children }: { children: ReactNode }) {
  const { act } = useBoard()
  const [state, setState] = useState(none)
  const start = useCallback(() => {
    act({ do: 'clear' })
    act({ do: 'drawer', drawer: '' })
    setState({ at: 0, who: undefined, since: Date.now() })
  }, [act])
  const end = useCallback(() => setState(none), [])
  const meet = useCallback((who: Followed) => setState((s) => (s.at === undefined ? s : { ...s, who, since: Date.now() })), [])
  const reach = useCallback((at: number) => setState((s) => (s.at === at ? s : { ...s, at, since: Date.now() })), [])
  const tour = useMemo(() => ({ ...state, start, end, meet, reach }), [state, start, end, meet, reach])
  return <TourContext value={tour}>{children}</TourContext>
}
