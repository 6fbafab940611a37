import { createContext, type ReactNode, useContext, useEffect, useMemo, useReducer } from 'react'
import { type Action, type Board, boardFromSearch, reduce, searchOf } from './board'

interface Store {
  board: Board
  act: (action: Action) => void
}

const StoreContext = createContext<Store | undefined>(undefined)

/** What is on the console, and how to change it. */
export function useBoard(): Store {
  const store = useContext(StoreContext)
  if (!store) throw new Error('useBoard outside of Console')
  return store
}

/** Keeps what is shown in the address. */
export function BoardProvider({ children }: { children: ReactNode }) {
  const [board, act] = useReducer(reduce, location.search, boardFromSearch)
  const search = searchOf(board)
  useEffect(() => {
    history.replaceState(null, '', `${location.pathname}${search}`)
  }, [search])
  const store = useMemo(() => ({ board, act }), [board])
  return <StoreContext value={store}>{children}</StoreContext>
}
