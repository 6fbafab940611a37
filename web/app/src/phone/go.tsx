import { type MouseEvent, type ReactNode, useSyncExternalStore } from 'react'

const moved = 'sixtouch:moved'

function subscribe(tell: () => void): () => void {
  window.addEventListener('popstate', tell)
  window.addEventListener(moved, tell)
  return () => {
    window.removeEventListener('popstate', tell)
    window.removeEventListener(moved, tell)
  }
}

/** The address, followed without reload. */
export const useAddress = (): string => useSyncExternalStore(subscribe, () => location.pathname + location.search)

export function goTo(href: string): void {
  history.pushState(null, '', href)
  window.dispatchEvent(new Event(moved))
  window.scrollTo(0, 0)
}

interface GoProps {
  to: string
  className?: string
  current?: boolean
  children: ReactNode
}

/** A link to another page of the phone. */
export function Go({ to, className, current, children }: GoProps) {
  const follow = (e: MouseEvent) => {
    if (e.metaKey || e.ctrlKey || e.shiftKey) return
    e.preventDefault()
    goTo(to)
  }
  return (
    <a href={to} className={className} aria-current={current ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  )
}
