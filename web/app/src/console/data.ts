import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, isOffline, must } from '../shared/api'
import { idOf, isMember, openChats } from './board'
import { demo } from './demo'
import { useBoard } from './store'

/** How long the product may take to follow what happened on a phone. */
const productLag = 700

/** Asks again for everything as soon as something happens on any phone. Says whether the demo can be reached. */
export function useLive(): boolean {
  const client = useQueryClient()
  const [online, setOnline] = useState(true)
  useEffect(() => {
    const stop = new AbortController()
    let version = 0
    async function follow(): Promise<void> {
      while (!stop.signal.aborted) {
        try {
          const news = await demo.wait(version, stop.signal)
          setOnline(true)
          if (news.version !== version) {
            version = news.version
            void client.invalidateQueries({ queryKey: ['demo'] })
            setTimeout(() => void client.invalidateQueries({ queryKey: ['product'] }), productLag)
          }
          await pause(150)
        } catch (error) {
          if (stop.signal.aborted) return
          setOnline(!isOffline(error))
          await pause(2000)
        }
      }
    }
    void follow()
    return () => stop.abort()
  }, [client])
  return online
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What is on the phones that are shown. */
export function usePhones() {
  const { board } = useBoard()
  const members = board.phones.filter(isMember).map(idOf)
  const customers = board.phones.filter((p) => !isMember(p)).map(idOf)
  if (board.known && !customers.includes(board.known)) customers.push(board.known)
  const chats = openChats(board)
  return useQuery({
    queryKey: ['demo', 'phones', customers, members, chats],
    queryFn: () => demo.phones(customers, members, chats),
    enabled: customers.length + members.length > 0,
    placeholderData: keepPreviousData,
  })
}

/** Lists the people of one kind, page by page. */
export function usePeople(kind: 'customer' | 'member', q: string) {
  return useInfiniteQuery({
    queryKey: ['demo', 'people', kind, q],
    queryFn: ({ pageParam }) => demo.people(kind, q, pageParam),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor || undefined,
    placeholderData: keepPreviousData,
  })
}

export const useClock = () => useQuery({ queryKey: ['demo', 'clock'], queryFn: demo.clock })
export const useFaults = () => useQuery({ queryKey: ['demo', 'faults'], queryFn: demo.faults })
export const useTags = () => useQuery({ queryKey: ['tags'], queryFn: demo.tags, staleTime: 60_000 })

/** Does something on a phone and looks again, whether or not it could be done. */
export function usePlay<Input, Output>(play: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: play, onSettled: () => client.invalidateQueries({ queryKey: ['demo'] }) })
}

const often = 2000

/** What the product knows about a contact. */
export function useKnown(contact: number | undefined) {
  const enabled = contact !== undefined
  const id = contact ?? 0
  const path = { params: { path: { id } } }
  const options = { enabled, refetchInterval: often, retry: false }
  const match = useQuery({ queryKey: ['product', 'match', id], queryFn: () => must(api.GET('/contacts/{id}/match', path)), ...options })
  const standing = useQuery({ queryKey: ['product', 'stage', id], queryFn: () => must(api.GET('/contacts/{id}/stage', path)), ...options })
  const person = useQuery({ queryKey: ['product', 'contact', id], queryFn: () => must(api.GET('/contacts/{id}', path)), ...options })
  const touches = useQuery({
    queryKey: ['product', 'touches', id],
    queryFn: () => must(api.GET('/touches', { params: { query: { contact_id: id, limit: 20 } } })),
    ...options,
  })
  const stay = match.data?.stays.find((s) => s.to_at === null)
  const account = useQuery({
    queryKey: ['product', 'account', stay?.account_id],
    queryFn: () => must(api.GET('/accounts/{id}', { params: { path: { id: stay?.account_id ?? 0 } } })),
    ...options,
    enabled: stay !== undefined,
  })
  const again = () => {
    for (const query of [match, standing, person, touches]) void query.refetch()
  }
  return { match, stay, standing, person, touches, account, again }
}

export type Known = ReturnType<typeof useKnown>
