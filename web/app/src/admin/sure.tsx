import { Popconfirm, type PopconfirmProps } from 'antd'
import { useId, useRef } from 'react'

interface SureProps extends PopconfirmProps {
  title: string
}

/** A question beside its button. It has the keyboard while it is open, beginning with what changes nothing, and gives it back. */
export function Sure({ title, children, ...props }: SureProps) {
  const id = useId()
  const asker = useRef<Element>(null)
  const turn = (open: boolean) => {
    const cancel = document.getElementById(`${id}-no`)
    if (open) {
      asker.current = document.activeElement
      cancel?.focus()
    } else if (asker.current instanceof HTMLElement && holds(cancel)) asker.current.focus()
  }
  return (
    <Popconfirm
      {...props}
      title={<span id={id}>{title}</span>}
      cancelButtonProps={{ id: `${id}-no`, 'aria-describedby': id }}
      afterOpenChange={turn}
    >
      {children}
    </Popconfirm>
  )
}

/** Whether the keyboard is still in the question, or nowhere. */
function holds(cancel: HTMLElement | null): boolean {
  const { activeElement: active, body } = document
  return active === body || Boolean(cancel?.closest('.ant-popover')?.contains(active))
}
