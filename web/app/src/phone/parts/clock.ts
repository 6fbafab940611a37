import { useEffect, useState } from 'react'

/**
 * The server's present, which goes on while the page is open: in the demo its
 * clock is not the browser's.
 */
export function useServerNow(at: string): Date {
  const [start] = useState(() => Date.now())
  const [begun, setBegun] = useState({ at, start })
  const [, tick] = useState(0)
  if (begun.at !== at) setBegun({ at, start: Date.now() })
  useEffect(() => {
    const timer = setInterval(() => tick((n) => n + 1), 30_000)
    return () => clearInterval(timer)
  }, [])
  return new Date(new Date(begun.at).getTime() + (Date.now() - begun.start))
}
