// What the demo's API says (handler/demo_console.go, wecom/sim/phones.go). It is
// not part of the product's API and so in no OpenAPI file.

export interface RawAttachment {
  msgtype: string
  link?: { title: string; url: string; desc?: string; picurl?: string }
  image?: { pic_url?: string }
  miniprogram?: { title: string }
  template_card?: Card
  textcard?: { title: string; description: string; url: string; btntxt?: string }
}

export interface Card {
  task_id: string
  source?: { desc?: string }
  main_title?: { title?: string; desc?: string }
  sub_title_text?: string
  quote_area?: { title?: string; quote_text?: string }
  button_list?: { text: string; key: string; style?: number }[]
  button_selection?: { question_key: string; title?: string; option_list: { id: string; text: string }[]; selected_id?: string }
  replace_text?: string
}

export interface Line {
  seq: number
  at: string
  kind: 'welcome' | 'groupmsg' | 'groupchat' | 'chat' | 'moment'
  from: 'member' | 'customer'
  via?: string
  userid: string
  msgid?: string
  text: string
  attachments: RawAttachment[]
  liked?: boolean
}

export interface Tag {
  id: string
  name: string
  group: string
}

export interface Chat {
  userid: string
  member: string
  external_userid: string
  name: string
  company: string
  lost: boolean
  half: boolean
  tags: Tag[]
  lines: Line[]
}

export interface CustomerPhone {
  external_userid: string
  name: string
  company: string
  chats: Chat[]
  moments: Line[]
}

export interface Recipient {
  id: string
  name: string
  company: string
  status: number
}

export interface Task {
  kind: 'groupmsg' | 'moment'
  msgid: string
  status: 'pending' | 'sent' | 'refused' | 'cancelled'
  created: number
  reminded: number
  text: string
  attachments: RawAttachment[]
  recipients: Recipient[]
}

export interface AppMessage {
  seq: number
  at: string
  msgid: string
  text: string
  attachments: RawAttachment[]
  replaced: string
  open: boolean
  recalled: boolean
}

export interface ChatRow {
  external_userid: string
  name: string
  company: string
  lost: boolean
  since: number
  last: Line | null
}

export interface MemberPhone {
  userid: string
  name: string
  department: string
  tasks: Task[]
  messages: AppMessage[]
  chats: ChatRow[]
  customers: number
}

export interface Phones {
  phones: { version: number; now: string; customers: CustomerPhone[]; members: MemberPhone[]; chats: Chat[] }
  /** Which of our contacts a customer is, by external_userid. */
  contacts: Record<string, number>
}

export interface Person {
  id: string
  name: string
  company?: string
  department?: string
  members?: string[]
  customers?: number
  pending: number
  last: Line | null
}

export interface People {
  people: Person[]
  total: number
  next_cursor: string
}

export interface LedgerEntry extends Omit<Line, 'kind'> {
  kind: string
  member?: string
  customer?: string
  external_userid?: string
  status: string
}

export interface Ledger {
  entries: LedgerEntry[]
  total: number
  next_before: number
}

export interface Clock {
  now: string
  ahead_seconds: number
  busy: number
}

export interface Fault {
  name: string
  on: boolean
}

export interface Followed {
  external_userid: string
  userid: string
  name: string
  company: string
}
