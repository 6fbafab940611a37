// What is on the console: which phones, what each of them has open, which drawer.

export type PhoneID = `c:${string}` | `m:${string}`

export const customerPhone = (id: string): PhoneID => `c:${id}`
export const memberPhone = (id: string): PhoneID => `m:${id}`
export const idOf = (phone: PhoneID): string => phone.slice(2)
export const isMember = (phone: PhoneID): boolean => phone.startsWith('m:')

/** What a phone has open. */
export interface View {
  tab: 'chats' | 'tasks' | 'moments'
  /** The chat: with whom; "app" is the messages of the product's app. */
  chat: string
  sidebar: boolean
}

export type Drawer = '' | 'faults' | 'ledger'

export interface Board {
  phones: PhoneID[]
  views: Partial<Record<PhoneID, View>>
  /** The customer of whom it is shown what the product knows. */
  known: string
  drawer: Drawer
}

export type Action =
  | { do: 'show'; phones: readonly PhoneID[]; known?: string }
  | { do: 'hide'; phone: PhoneID }
  | { do: 'clear' }
  | { do: 'view'; phone: PhoneID; view: Partial<View> }
  | { do: 'know'; customer: string }
  | { do: 'drawer'; drawer: Drawer }

/** So many phones stand side by side; the oldest makes room. */
export const phonesMost = 6

export const viewOf = (board: Board, phone: PhoneID): View => board.views[phone] ?? { tab: 'chats', chat: '', sidebar: false }

export function reduce(board: Board, action: Action): Board {
  switch (action.do) {
    case 'show': {
      const added = action.phones.filter((p) => !board.phones.includes(p))
      const phones = [...board.phones, ...added].slice(-phonesMost)
      return { ...board, phones, known: action.known ?? board.known }
    }
    case 'hide':
      return {
        ...board,
        phones: board.phones.filter((p) => p !== action.phone),
        known: board.known === idOf(action.phone) ? '' : board.known,
      }
    case 'clear':
      return { ...board, phones: [], known: '' }
    case 'view':
      return { ...board, views: { ...board.views, [action.phone]: { ...viewOf(board, action.phone), ...action.view } } }
    case 'know':
      return { ...board, known: board.known === action.customer ? '' : action.customer }
    case 'drawer':
      return { ...board, drawer: board.drawer === action.drawer ? '' : action.drawer }
  }
}

const isPhone = (id: string): id is PhoneID => /^[cm]:./.test(id)

export function boardFromSearch(search: string): Board {
  const q = new URLSearchParams(search)
  const drawer = q.get('drawer')
  return {
    phones: (q.get('show') ?? '').split(',').filter(isPhone).slice(0, phonesMost),
    views: {},
    known: q.get('known') ?? '',
    drawer: drawer === 'faults' || drawer === 'ledger' ? drawer : '',
  }
}

export function searchOf(board: Board): string {
  const given = Object.entries({ show: board.phones.join(','), known: board.known, drawer: board.drawer }).filter(([, v]) => v)
  return given.length
    ? `?${given.map(([k, v]) => `${k}=${v.split(',').map(encodeURIComponent).join(',').replaceAll('%3A', ':')}`).join('&')}`
    : ''
}

/** The chats that are open, as the API wants to hear of them. */
export function openChats(board: Board): string[] {
  return board.phones.flatMap((p) => {
    const { chat } = viewOf(board, p)
    return isMember(p) && chat && chat !== 'app' ? [`${idOf(p)}:${chat}`] : []
  })
}
