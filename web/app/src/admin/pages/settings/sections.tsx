import {
  ApiOutlined,
  AuditOutlined,
  CalendarOutlined,
  ClockCircleOutlined,
  ClusterOutlined,
  DashboardOutlined,
  FunnelPlotOutlined,
  ImportOutlined,
  KeyOutlined,
  LaptopOutlined,
  MessageOutlined,
  RiseOutlined,
  SendOutlined,
  SwapOutlined,
  TagsOutlined,
  UserSwitchOutlined,
  WechatWorkOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'
import type { Place } from '../../needs'

export interface Section {
  to: Place
  /** Its title's key; what it is for is under the same key with ".lede". */
  key: string
  icon: ReactNode
}

/** The places of the settings, by subject: a new page is one line here and one in the router. */
export const groups: { key: string; sections: Section[] }[] = [
  {
    key: 'ui.set.group.connection',
    sections: [
      { to: '/settings/wecom', key: 'ui.set.wecom', icon: <WechatWorkOutlined aria-hidden /> },
      { to: '/cohorts', key: 'ui.set.cohorts', icon: <TagsOutlined aria-hidden /> },
    ],
  },
  {
    key: 'ui.set.group.rhythm',
    sections: [
      { to: '/settings/calendar', key: 'ui.set.calendar', icon: <CalendarOutlined aria-hidden /> },
      { to: '/settings/windows', key: 'ui.set.windows', icon: <ClockCircleOutlined aria-hidden /> },
      { to: '/settings/limits', key: 'ui.set.limits', icon: <DashboardOutlined aria-hidden /> },
      { to: '/settings/welcomes', key: 'ui.welcome', icon: <MessageOutlined aria-hidden /> },
    ],
  },
  {
    key: 'ui.set.group.leads',
    sections: [
      { to: '/settings/scoring', key: 'ui.set.scoring', icon: <RiseOutlined aria-hidden /> },
      { to: '/settings/stages', key: 'ui.set.stages', icon: <FunnelPlotOutlined aria-hidden /> },
      { to: '/settings/handover', key: 'ui.set.handover', icon: <SwapOutlined aria-hidden /> },
      { to: '/settings/sources', key: 'ui.set.sources', icon: <ClusterOutlined aria-hidden /> },
      { to: '/settings/routing', key: 'ui.set.routing', icon: <SendOutlined aria-hidden /> },
    ],
  },
  {
    key: 'ui.set.group.people',
    sections: [
      { to: '/settings/users', key: 'ui.users', icon: <UserSwitchOutlined aria-hidden /> },
      { to: '/settings/sessions', key: 'ui.sessions', icon: <LaptopOutlined aria-hidden /> },
      { to: '/settings/audit', key: 'ui.audit', icon: <AuditOutlined aria-hidden /> },
    ],
  },
  {
    key: 'ui.set.group.system',
    sections: [
      { to: '/import', key: 'ui.import', icon: <ImportOutlined aria-hidden /> },
      { to: '/settings/tokens', key: 'ui.set.tokens', icon: <KeyOutlined aria-hidden /> },
      { to: '/settings/webhooks', key: 'ui.set.webhooks', icon: <ApiOutlined aria-hidden /> },
    ],
  },
]
