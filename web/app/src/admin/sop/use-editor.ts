import { useCallback, useMemo, useReducer } from 'react'
import { begin, edit, type History, redo, undo } from './history'
import type { Definition, Draft } from './model'
import type { SOP } from './use-sop'

type Action =
  | { do: 'edit'; change: (draft: Draft) => Draft; name?: string }
  | { do: 'undo' }
  | { do: 'redo' }
  | { do: 'load'; draft: Draft }

function reduce(h: History<Draft>, action: Action): History<Draft> {
  switch (action.do) {
    case 'edit':
      return edit(h, action.change(h.present), action.name)
    case 'undo':
      return undo(h)
    case 'redo':
      return redo(h)
    case 'load':
      return begin(action.draft)
  }
}

export const draftOf = (sop: SOP): Draft => ({ name: sop.name, definition: sop.draft })

export interface Editor {
  draft: Draft
  canUndo: boolean
  canRedo: boolean
  undo: () => void
  redo: () => void
  /** Edits under one name that follow each other are undone together. */
  editDefinition: (change: (definition: Definition) => Definition, name?: string) => void
  rename: (name: string) => void
  load: (draft: Draft) => void
}

/** The draft in the browser, with undo and redo. */
export function useEditor(sop: SOP): Editor {
  const [history, dispatch] = useReducer(reduce, sop, (s) => begin(draftOf(s)))
  const editDefinition = useCallback((change: (definition: Definition) => Definition, name?: string) => {
    dispatch({
      do: 'edit',
      name,
      change: (d) => {
        const definition = change(d.definition)
        return definition === d.definition ? d : { ...d, definition }
      },
    })
  }, [])
  const commands = useMemo(
    () => ({
      undo: () => dispatch({ do: 'undo' }),
      redo: () => dispatch({ do: 'redo' }),
      rename: (name: string) => dispatch({ do: 'edit', change: (d) => ({ ...d, name }), name: 'name' }),
      load: (draft: Draft) => dispatch({ do: 'load', draft }),
    }),
    [],
  )
  return { draft: history.present, canUndo: history.past.length > 0, canRedo: history.future.length > 0, editDefinition, ...commands }
}
