import type { RegisteredRouter } from '@tanstack/react-router'
import type { Operation } from './may'

/** An address of a page, as the router writes it. */
export type Address = keyof RegisteredRouter['routesByPath']

/** An address that a link can name: not the inner page of a frame. */
export type Place = Exclude<Address, '/settings/' | '/sops/$id/'>

/** The operation without which a page has nothing to show; null: it is for everybody. */
export const needs: Record<Address, Operation | null> = {
  '/': 'today',
  '/login': null,
  '/setup/$token': null,
  '/sops': 'listSOPLines',
  '/sops/new': 'createSOP',
  '/sops/$id': 'getSOP',
  '/sops/$id/': 'getSOP',
  '/sops/$id/versions': 'listVersions',
  '/sops/$id/people': 'listPeople',
  '/sops/$id/people/$enrollment': 'getStory',
  '/sops/$id/results': 'getResults',
  '/audiences': 'listAudiences',
  '/audiences/new': 'createAudience',
  '/audiences/$id': 'getAudience',
  '/contacts': 'listContacts',
  '/contacts/$id': 'getContact',
  '/accounts': 'listAccounts',
  '/accounts/$id': 'getAccount',
  '/matches': 'listSuggestions',
  '/targets': 'listTargets',
  '/targets/$id': 'getTarget',
  '/handovers': 'listHandovers',
  '/opportunities': 'listOpportunities',
  '/meeting': 'getMeeting',
  '/touches': 'listTouches',
  '/touches/$id': 'getTouch',
  '/queue': 'queueView',
  '/leaks': 'listLeaks',
  '/cohorts': 'listCohorts',
  '/import': 'listImports',
  '/import/$id': 'getImport',
  '/settings': null,
  '/settings/': null,
  '/settings/wecom': 'lastCheckup',
  '/settings/calendar': 'getCalendar',
  '/settings/windows': 'getSendHours',
  '/settings/limits': 'listLimits',
  '/settings/welcomes': 'listWelcomes',
  '/settings/scoring': 'listScoreRules',
  '/settings/stages': 'currentStageRules',
  '/settings/handover': 'getHandoverRule',
  '/settings/sources': 'listSources',
  '/settings/routing': 'getRouting',
  '/settings/users': 'listUsers',
  '/settings/sessions': 'listSessions',
  '/settings/audit': 'listAudit',
  '/settings/tokens': 'listTokens',
  '/settings/webhooks': 'listWebhooks',
}
