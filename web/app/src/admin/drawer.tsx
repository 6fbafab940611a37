import { type DrawerProps, Drawer as Plain } from 'antd'
import { useRef } from 'react'

/** A drawer that has the keyboard once it is open, which the library leaves beside the dialog. */
export function Drawer({ afterOpenChange, ...props }: DrawerProps) {
  const panel = useRef<HTMLDivElement>(null)
  return (
    <Plain
      {...props}
      panelRef={panel}
      afterOpenChange={(open) => {
        if (open) enter(panel.current)
        afterOpenChange?.(open)
      }}
    />
  )
}

function enter(panel: HTMLElement | null): void {
  if (panel && !panel.contains(document.activeElement)) panel.querySelector('button')?.focus()
}
