import {
  ApartmentOutlined,
  BankOutlined,
  CalendarOutlined,
  ControlOutlined,
  DollarOutlined,
  FilterOutlined,
  HistoryOutlined,
  SettingOutlined,
  SwapOutlined,
  TeamOutlined,
  UserOutlined,
} from '@ant-design/icons'
import type { ReactNode } from 'react'
import { useMay } from './may'
import { needs, type Place } from './needs'

// The product's places. What belongs to the demo only lies outside of this app.
const places: { to: Place; key: string; icon: ReactNode }[] = [
  { to: '/', key: 'ui.nav.today', icon: <CalendarOutlined aria-hidden /> },
  { to: '/sops', key: 'ui.nav.sops', icon: <ApartmentOutlined aria-hidden /> },
  { to: '/audiences', key: 'ui.nav.audiences', icon: <FilterOutlined aria-hidden /> },
  { to: '/contacts', key: 'ui.nav.contacts', icon: <UserOutlined aria-hidden /> },
  { to: '/accounts', key: 'ui.nav.accounts', icon: <BankOutlined aria-hidden /> },
  { to: '/handovers', key: 'ui.nav.handovers', icon: <SwapOutlined aria-hidden /> },
  { to: '/opportunities', key: 'ui.nav.deals', icon: <DollarOutlined aria-hidden /> },
  { to: '/meeting', key: 'ui.nav.meeting', icon: <TeamOutlined aria-hidden /> },
  { to: '/touches', key: 'ui.nav.touches', icon: <HistoryOutlined aria-hidden /> },
  { to: '/queue', key: 'ui.nav.queue', icon: <ControlOutlined aria-hidden /> },
  { to: '/settings', key: 'ui.nav.settings', icon: <SettingOutlined aria-hidden /> },
]

/** Tells of addresses whether the one who looks may open them. */
export function useOpen(): (to: Place) => boolean {
  const may = useMay()
  return (to) => {
    const operation = needs[to]
    return operation === null || may(operation)
  }
}

/** The places that the one who looks may open. */
export function usePlaces() {
  const open = useOpen()
  return places.filter((p) => open(p.to))
}
