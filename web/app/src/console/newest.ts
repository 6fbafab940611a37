import { useEffect, useRef } from 'react'

/** The end of a list that is scrolled to whenever something new stands there. */
export function useNewest(last: number | undefined) {
  const end = useRef<HTMLLIElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new line is scrolled to
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' })
  }, [last])
  return end
}
