import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError, api, must } from '../../shared/api'
import type { Draft } from './model'
import { draftOf, type Editor } from './use-editor'
import { type SOP, sopKey } from './use-sop'

export type Saving = { kind: 'saved' | 'dirty' | 'saving' | 'conflict' } | { kind: 'failed'; error: unknown }

const pause = 700 // milliseconds without an edit before it is saved

interface Autosave {
  state: Saving
  /** Of what the server has. */
  revision: string
  /** Saves at once what is not saved yet; over what somebody else has saved, if asked. */
  save: (over?: boolean) => Promise<boolean>
  /** Takes what the server has and gives up what was not saved. */
  takeTheirs: () => Promise<void>
}

/** Saves the draft as it is edited, never over somebody else's unseen. */
export function useAutosave(sop: SOP, editor: Editor): Autosave {
  const client = useQueryClient()
  const { draft, load } = editor
  const [state, setState] = useState<Saving>({ kind: 'saved' })
  const [known, setKnown] = useState({ revision: sop.revision, at: sop.updated_at })
  const saved = useRef<Draft>(draft)
  const latest = useRef(draft)
  const busy = useRef<Promise<boolean> | undefined>(undefined)
  latest.current = draft

  const send = useCallback(
    async (revision: string | undefined): Promise<boolean> => {
      const sending = latest.current
      setState({ kind: 'saving' })
      try {
        const body = { ...sending, revision }
        const answer = await must(api.PUT('/sops/{id}', { params: { path: { id: sop.id } }, body }))
        saved.current = sending
        setKnown({ revision: answer.revision, at: answer.updated_at })
        client.setQueryData(sopKey(sop.id), answer)
        setState({ kind: latest.current === sending ? 'saved' : 'dirty' })
        return true
      } catch (error) {
        setState(error instanceof ApiError && error.problem.status === 409 ? { kind: 'conflict' } : { kind: 'failed', error })
        return false
      }
    },
    [client, sop.id],
  )
  const { revision } = known
  const save = useCallback(
    async (over = false): Promise<boolean> => {
      if (busy.current) await busy.current
      if (latest.current === saved.current) return true
      busy.current = send(over ? undefined : revision)
      const done = await busy.current
      busy.current = undefined
      return done
    },
    [send, revision],
  )

  useEffect(() => {
    if (draft === saved.current) {
      setState((s) => (s.kind === 'dirty' ? { kind: 'saved' } : s))
      return undefined
    }
    if (state.kind === 'saving' || state.kind === 'conflict') return undefined
    if (state.kind === 'saved') setState({ kind: 'dirty' })
    const timer = setTimeout(() => void save(), pause)
    return () => clearTimeout(timer)
  }, [draft, state.kind, save])

  // What somebody else has saved is shown as soon as it is known, if nothing of
  // ours would be lost.
  useEffect(() => {
    if (sop.revision === revision || sop.updated_at <= known.at || latest.current !== saved.current) return
    const theirs = draftOf(sop)
    saved.current = theirs
    setKnown({ revision: sop.revision, at: sop.updated_at })
    load(theirs)
  }, [sop, revision, known.at, load])

  const takeTheirs = useCallback(async () => {
    const theirs = await client.fetchQuery({
      queryKey: sopKey(sop.id),
      queryFn: () => must(api.GET('/sops/{id}', { params: { path: { id: sop.id } } })),
      staleTime: 0,
    })
    const draft = draftOf(theirs)
    saved.current = draft
    setKnown({ revision: theirs.revision, at: theirs.updated_at })
    load(draft)
    setState({ kind: 'saved' })
  }, [client, sop.id, load])

  useEffect(() => {
    const warn = (e: BeforeUnloadEvent) => {
      if (latest.current !== saved.current) e.preventDefault()
    }
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [])
  const leave = useRef(save)
  leave.current = save
  useEffect(() => () => void leave.current(), [])

  return { state, revision, save, takeTheirs }
}
