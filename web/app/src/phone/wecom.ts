// The one file that knows WeCom's JS-SDK. In the demo the page comes with a
// stand-in; inside WeCom the SDK is fetched from there.

import { api, must } from '../shared/api'

interface Reply {
  err_msg?: string
  errMsg?: string
  userId?: string
}

interface SignedConfig {
  timestamp: number
  nonceStr: string
  signature: string
  jsApiList: string[]
}

interface SDK {
  config: (p: SignedConfig & { beta: boolean; debug: boolean; appId: string }) => void
  ready: (then: () => void) => void
  error: (then: (reply: Reply) => void) => void
  agentConfig: (p: SignedConfig & { corpid: string; agentid: number; success: () => void; fail: (reply: Reply) => void }) => void
  invoke: (name: string, args: object, then: (reply: Reply) => void) => void
  openEnterpriseChat: (p: {
    userIds: string
    externalUserIds: string
    groupName: string
    success: () => void
    fail: (reply: Reply) => void
  }) => void
}

declare global {
  interface Window {
    wx?: SDK
  }
}

const scripts = ['https://res.wx.qq.com/open/js/jweixin-1.2.0.js', 'https://open.work.weixin.qq.com/wwopen/js/jwxwork-1.0.0.js']
const calls = ['getContext', 'getCurExternalContact', 'sendChatMessage', 'openEnterpriseChat']

/** What WeCom's client has refused, with its word for why. */
export class WeComError extends Error {
  readonly cancelled: boolean

  constructor(reply: Reply) {
    const text = reply.err_msg ?? reply.errMsg ?? ''
    super(text)
    this.name = 'WeComError'
    this.cancelled = text.includes('cancel')
  }
}

/** Whether the page is open inside WeCom, or inside its stand-in. */
export const insideWeCom = (): boolean => window.wx !== undefined || /wxwork/i.test(navigator.userAgent)

function load(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = src
    script.onload = () => resolve()
    script.onerror = () => reject(new WeComError({ errMsg: `load:fail ${src}` }))
    document.head.append(script)
  })
}

async function configure(): Promise<SDK> {
  if (!window.wx) for (const src of scripts) await load(src)
  const { wx } = window
  if (!wx) throw new WeComError({ errMsg: 'wx:fail missing' })
  const signed = await must(api.GET('/me/page-signature', { params: { query: { url: location.href.split('#')[0] ?? '' } } }))
  const part = (s: typeof signed.config): SignedConfig => ({
    timestamp: s.timestamp,
    nonceStr: s.nonce,
    signature: s.signature,
    jsApiList: calls,
  })
  await new Promise<void>((resolve, reject) => {
    wx.ready(resolve)
    wx.error((reply) => reject(new WeComError(reply)))
    wx.config({ beta: true, debug: false, appId: signed.corp_id, ...part(signed.config) })
  })
  await new Promise<void>((resolve, reject) => {
    wx.agentConfig({
      corpid: signed.corp_id,
      agentid: signed.agent_id,
      ...part(signed.agent_config),
      success: resolve,
      fail: (reply) => reject(new WeComError(reply)),
    })
  })
  return wx
}

// Each address is signed for itself; what failed is tried again when next asked.
const configured = new Map<string, Promise<SDK>>()

function sdk(): Promise<SDK> {
  const address = location.href.split('#')[0] ?? ''
  const known = configured.get(address)
  if (known) return known
  const fresh = configure()
  configured.set(address, fresh)
  fresh.catch(() => configured.delete(address))
  return fresh
}

async function invoke(name: string, args: object): Promise<Reply> {
  const wx = await sdk()
  return new Promise((resolve, reject) => {
    wx.invoke(name, args, (reply) => {
      if ((reply.err_msg ?? reply.errMsg ?? '').endsWith(':ok')) resolve(reply)
      else reject(new WeComError(reply))
    })
  })
}

/** The customer in whose chat, or on whose profile, the page is open. */
export async function currentCustomer(): Promise<string> {
  const { userId } = await invoke('getCurExternalContact', {})
  if (!userId) throw new WeComError({ errMsg: 'getCurExternalContact:fail nobody' })
  return userId
}

/** Puts a text into the open chat; the rep has the last tap. */
export async function sendText(content: string): Promise<void> {
  await invoke('sendChatMessage', { msgtype: 'text', enterChat: true, text: { content } })
}

/** Opens the chat with a customer. */
export async function openChat(externalUserID: string): Promise<void> {
  const wx = await sdk()
  await new Promise<void>((resolve, reject) => {
    wx.openEnterpriseChat({
      userIds: '',
      externalUserIds: externalUserID,
      groupName: '',
      success: resolve,
      fail: (reply) => reject(new WeComError(reply)),
    })
  })
}
