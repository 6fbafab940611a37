import { useEffect, useRef } from 'react'
import type { Options } from './chart-engine'
import { useLook } from './theme'

interface ChartProps {
  options: Options
  /** What the picture says, for those who do not see it. */
  label: string
  height?: number
  onClick?: (name: string, dataIndex: number) => void
}

/** A chart. Its engine is fetched when the first one is shown. */
export function Chart({ options, label, height = 260, onClick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const { dark } = useLook()
  useEffect(() => {
    let dispose = () => {}
    let gone = false
    void import('./chart-engine').then(({ draw }) => {
      if (!gone && box.current) dispose = draw(box.current, options, dark, onClick)
    })
    return () => {
      gone = true
      dispose()
    }
  }, [options, dark, onClick])
  return <div ref={box} role="img" aria-label={label} style={{ height }} />
}
