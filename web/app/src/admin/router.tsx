import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { NotFound } from './not-found'
import { accountSearch } from './pages/accounts/search'
import { contactSearch } from './pages/contacts/search'
import type { AuditSearch } from './pages/settings/audit'
import type { SessionsSearch } from './pages/settings/sessions'
import { roles } from './pages/settings/user-rules'
import type { UsersSearch } from './pages/settings/users'
import type { VersionsSearch } from './pages/sop/versions'
import { type SOPsSearch, stateOf } from './programmes/search'
import { Shell } from './shell'
import { ErrorState } from './states'

const version = (value: unknown) => (Number.isInteger(value) && Number(value) >= 0 ? Number(value) : undefined)
const text = (value: unknown) => (value === undefined ? undefined : String(value))

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <ErrorState error={error} retry={reset} />,
})

// One line per page; each page is a chunk of its own.
const today = createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(() => import('./pages/today'), 'Today') })

const sops = createRoute({
  getParentRoute: () => root,
  path: '/sops',
  validateSearch: (s: Record<string, unknown>): SOPsSearch => ({ q: text(s.q), state: stateOf(s.state) }),
  component: lazyRouteComponent(() => import('./pages/sops'), 'SOPs'),
})
const newSOP = createRoute({
  getParentRoute: () => root,
  path: '/sops/new',
  component: lazyRouteComponent(() => import('./pages/sop-new'), 'NewSOP'),
})
const versions = createRoute({
  getParentRoute: () => root,
  path: '/sops/$id/versions',
  validateSearch: (s: Record<string, unknown>): VersionsSearch => ({ from: version(s.from), to: version(s.to) }),
  component: lazyRouteComponent(() => import('./pages/sop/versions'), 'Versions'),
})
const audiences = createRoute({
  getParentRoute: () => root,
  path: '/audiences',
  component: lazyRouteComponent(() => import('./pages/audiences'), 'Audiences'),
})
const newAudience = createRoute({
  getParentRoute: () => root,
  path: '/audiences/new',
  component: lazyRouteComponent(() => import('./pages/audience'), 'NewAudience'),
})
const audience = createRoute({
  getParentRoute: () => root,
  path: '/audiences/$id',
  component: lazyRouteComponent(() => import('./pages/audience'), 'Audience'),
})

const contacts = createRoute({
  getParentRoute: () => root,
  path: '/contacts',
  validateSearch: contactSearch,
  component: lazyRouteComponent(() => import('./pages/contacts/contacts'), 'Contacts'),
})
const contact = createRoute({
  getParentRoute: () => root,
  path: '/contacts/$id',
  component: lazyRouteComponent(() => import('./pages/contact/contact'), 'ContactHome'),
})
const accounts = createRoute({
  getParentRoute: () => root,
  path: '/accounts',
  validateSearch: accountSearch,
  component: lazyRouteComponent(() => import('./pages/accounts/accounts'), 'Accounts'),
})
const matches = createRoute({
  getParentRoute: () => root,
  path: '/matches',
  component: lazyRouteComponent(() => import('./pages/matches/matches'), 'Matches'),
})
const targets = createRoute({
  getParentRoute: () => root,
  path: '/targets',
  component: lazyRouteComponent(() => import('./pages/targets/targets'), 'Targets'),
})
const target = createRoute({
  getParentRoute: () => root,
  path: '/targets/$id',
  validateSearch: (s: Record<string, unknown>): { on?: string } => (/^\d{4}-\d{2}-\d{2}$/.test(String(s.on)) ? { on: String(s.on) } : {}),
  component: lazyRouteComponent(() => import('./pages/targets/target'), 'TargetHome'),
})
const account = createRoute({
  getParentRoute: () => root,
  path: '/accounts/$id',
  validateSearch: (s: Record<string, unknown>): { weeks?: number } =>
    [26, 52].includes(Number(s.weeks)) ? { weeks: Number(s.weeks) } : {},
  component: lazyRouteComponent(() => import('./pages/account/account'), 'AccountHome'),
})
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/frame'), 'SettingsFrame'),
})
const inSettings = () => settings
const settingsIndex = createRoute({
  getParentRoute: inSettings,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/settings/index-page'), 'SettingsIndex'),
})
const calendar = createRoute({
  getParentRoute: inSettings,
  path: 'calendar',
  validateSearch: (s: Record<string, unknown>): { year?: number } => (Number(s.year) >= 2000 ? { year: Number(s.year) } : {}),
  component: lazyRouteComponent(() => import('./pages/settings/calendar'), 'Calendar'),
})
const limits = createRoute({
  getParentRoute: inSettings,
  path: 'limits',
  component: lazyRouteComponent(() => import('./pages/settings/limits'), 'Limits'),
})
const windows = createRoute({
  getParentRoute: inSettings,
  path: 'windows',
  component: lazyRouteComponent(() => import('./pages/settings/windows'), 'Windows'),
})
const welcomes = createRoute({
  getParentRoute: inSettings,
  path: 'welcomes',
  component: lazyRouteComponent(() => import('./pages/settings/welcomes'), 'Welcomes'),
})
const handoverSettings = createRoute({
  getParentRoute: inSettings,
  path: 'handover',
  component: lazyRouteComponent(() => import('./pages/settings/handover'), 'HandoverSettings'),
})
const tokens = createRoute({
  getParentRoute: inSettings,
  path: 'tokens',
  component: lazyRouteComponent(() => import('./pages/settings/tokens'), 'Tokens'),
})
const weCom = createRoute({
  getParentRoute: inSettings,
  path: 'wecom',
  component: lazyRouteComponent(() => import('./pages/settings/wecom'), 'WeCom'),
})
const scoring = createRoute({
  getParentRoute: inSettings,
  path: 'scoring',
  validateSearch: (s: Record<string, unknown>): { version?: number } => (Number(s.version) > 0 ? { version: Number(s.version) } : {}),
  component: lazyRouteComponent(() => import('./pages/settings/scoring/page'), 'Scoring'),
})
const imports = createRoute({
  getParentRoute: () => root,
  path: '/import',
  component: lazyRouteComponent(() => import('./pages/import/list'), 'Imports'),
})
const oneImport = createRoute({
  getParentRoute: () => root,
  path: '/import/$id',
  component: lazyRouteComponent(() => import('./pages/import/one'), 'OneImport'),
})
const users = createRoute({
  getParentRoute: inSettings,
  path: 'users',
  validateSearch: (s: Record<string, unknown>): UsersSearch => ({ q: text(s.q), role: roles.find((r) => r === s.role) }),
  component: lazyRouteComponent(() => import('./pages/settings/users'), 'Users'),
})
const sessions = createRoute({
  getParentRoute: inSettings,
  path: 'sessions',
  validateSearch: (s: Record<string, unknown>): SessionsSearch => (s.of === 'all' ? { of: 'all' } : {}),
  component: lazyRouteComponent(() => import('./pages/settings/sessions'), 'Sessions'),
})
const audit = createRoute({
  getParentRoute: inSettings,
  path: 'audit',
  validateSearch: (s: Record<string, unknown>): AuditSearch => ({
    who: text(s.who),
    kind: text(s.kind),
    id: text(s.id),
    from: text(s.from),
    to: text(s.to),
  }),
  component: lazyRouteComponent(() => import('./pages/settings/audit'), 'Audit'),
})
const handoverStates = ['open', 'accepted', 'rejected', 'withdrawn'] as const
const handovers = createRoute({
  getParentRoute: () => root,
  path: '/handovers',
  validateSearch: (s: Record<string, unknown>): { state?: (typeof handoverStates)[number]; overdue?: boolean } => ({
    state: handoverStates.find((x) => x === s.state),
    overdue: s.overdue === true || undefined,
  }),
  component: lazyRouteComponent(() => import('./pages/handovers/page'), 'Handovers'),
})
const dealStates = ['open', 'won', 'lost'] as const
const opportunities = createRoute({
  getParentRoute: () => root,
  path: '/opportunities',
  validateSearch: (s: Record<string, unknown>): { state?: (typeof dealStates)[number] } => ({
    state: dealStates.find((x) => x === s.state),
  }),
  component: lazyRouteComponent(() => import('./pages/opportunities/page'), 'Opportunities'),
})
const stages = createRoute({
  getParentRoute: inSettings,
  path: 'stages',
  component: lazyRouteComponent(() => import('./pages/settings/stages/page'), 'Stages'),
})
const webhooks = createRoute({
  getParentRoute: inSettings,
  path: 'webhooks',
  component: lazyRouteComponent(() => import('./pages/settings/webhooks'), 'Webhooks'),
})
const sources = createRoute({
  getParentRoute: inSettings,
  path: 'sources',
  component: lazyRouteComponent(() => import('./pages/settings/sources'), 'Sources'),
})
const routing = createRoute({
  getParentRoute: inSettings,
  path: 'routing',
  component: lazyRouteComponent(() => import('./pages/settings/routing'), 'RoutingPage'),
})
const settingsTree = settings.addChildren([
  users,
  sessions,
  audit,
  settingsIndex,
  sources,
  routing,
  scoring,
  stages,
  webhooks,
  weCom,
  calendar,
  windows,
  limits,
  welcomes,
  handoverSettings,
  tokens,
])

// Before signing in; the frame leaves these alone.
const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: (s: Record<string, unknown>) => ({ next: text(s.next), fault: text(s.fault) }),
  component: lazyRouteComponent(() => import('./pages/login'), 'Login'),
})
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup/$token',
  component: lazyRouteComponent(() => import('./pages/setup'), 'Setup'),
})
const touches = createRoute({
  getParentRoute: () => root,
  path: '/touches',
  component: lazyRouteComponent(() => import('./pages/touches'), 'Touches'),
})
const touch = createRoute({
  getParentRoute: () => root,
  path: '/touches/$id',
  component: lazyRouteComponent(() => import('./pages/touch'), 'Touch'),
})
const queue = createRoute({
  getParentRoute: () => root,
  path: '/queue',
  component: lazyRouteComponent(() => import('./pages/queue'), 'Queue'),
})
const leaks = createRoute({
  getParentRoute: () => root,
  path: '/leaks',
  component: lazyRouteComponent(() => import('./pages/leaks'), 'Leaks'),
})
const cohorts = createRoute({
  getParentRoute: () => root,
  path: '/cohorts',
  component: lazyRouteComponent(() => import('./pages/cohorts'), 'Cohorts'),
})
const sopPeople = createRoute({
  getParentRoute: () => root,
  path: '/sops/$id/people',
  component: lazyRouteComponent(() => import('./pages/sop-people'), 'SopPeople'),
})
const story = createRoute({
  getParentRoute: () => root,
  path: '/sops/$id/people/$enrollment',
  component: lazyRouteComponent(() => import('./pages/story'), 'Story'),
})

const sop = createRoute({
  getParentRoute: () => root,
  path: '/sops/$id',
  component: lazyRouteComponent(() => import('./pages/sop/frame'), 'SOPFrame'),
})
const inSOP = () => sop
const sopEditor = createRoute({
  getParentRoute: inSOP,
  path: '/',
  validateSearch: (s: Record<string, unknown>): { step?: string } => (typeof s.step === 'string' ? { step: s.step } : {}),
  component: lazyRouteComponent(() => import('./pages/sop/editor'), 'SOPEditor'),
})
const sopTree = sop.addChildren([sopEditor])
const sopResults = createRoute({
  getParentRoute: () => root,
  path: '/sops/$id/results',
  component: lazyRouteComponent(() => import('./pages/sop-results'), 'SopResults'),
})
const meeting = createRoute({
  getParentRoute: () => root,
  path: '/meeting',
  component: lazyRouteComponent(() => import('./pages/meeting'), 'Meeting'),
})

const tree = root.addChildren([
  today,
  sops,
  newSOP,
  versions,
  audiences,
  newAudience,
  audience,
  contacts,
  contact,
  accounts,
  matches,
  targets,
  target,
  account,
  settingsTree,
  imports,
  oneImport,
  handovers,
  opportunities,
  login,
  setup,
  touches,
  touch,
  queue,
  leaks,
  cohorts,
  sopPeople,
  story,
  sopTree,
  sopResults,
  meeting,
])

export const router = createRouter({ routeTree: tree, defaultPreload: 'intent', scrollRestoration: true })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
