import { type PointerEvent, type RefObject, useRef, useState } from 'react'

export interface Drag {
  key: string
  dx: number
  dy: number
  /** The day under the pointer; undefined outside the ruler. */
  day: number | undefined
}

const slack = 5 // pixels before a press is a drag
const rim = 48 // pixels from the edge at which the ruler scrolls

/**
 * Dragging cards over columns that carry data-day. A press that does not move
 * stays a click; columns with data-fold are unfolded as one passes.
 */
export function useDrag(scroller: RefObject<HTMLElement | null>, drop: (key: string, day: number) => void, unfold: (from: number) => void) {
  const [drag, setDrag] = useState<Drag>()
  const press = useRef<{ key: string; x: number; y: number; left: number } | undefined>(undefined)
  const justDropped = useRef(false)

  const dayAt = (x: number, y: number): number | undefined => {
    for (const element of document.elementsFromPoint(x, y)) {
      const column = element.closest<HTMLElement>('[data-day], [data-fold]')
      if (column?.dataset.fold) unfold(Number(column.dataset.fold))
      if (column?.dataset.day) return Number(column.dataset.day)
    }
    return undefined
  }

  const handlers = (key: string) => ({
    onPointerDown: (e: PointerEvent<HTMLElement>) => {
      justDropped.current = false
      if (e.button === 0) press.current = { key, x: e.clientX, y: e.clientY, left: scroller.current?.scrollLeft ?? 0 }
    },
    onPointerMove: (e: PointerEvent<HTMLElement>) => {
      const from = press.current
      if (!from || from.key !== key) return
      const scrolled = (scroller.current?.scrollLeft ?? 0) - from.left
      const [dx, dy] = [e.clientX - from.x, e.clientY - from.y]
      if (!drag && Math.hypot(dx, dy) < slack) return
      if (!drag) e.currentTarget.setPointerCapture(e.pointerId)
      const box = scroller.current?.getBoundingClientRect()
      if (box && e.clientX > box.right - rim) scroller.current?.scrollBy(16, 0)
      if (box && e.clientX < box.left + rim) scroller.current?.scrollBy(-16, 0)
      setDrag({ key, dx: dx + scrolled, dy, day: dayAt(e.clientX, e.clientY) })
    },
    onPointerUp: () => {
      press.current = undefined
      if (!drag) return
      justDropped.current = true
      if (drag.day !== undefined) drop(key, drag.day)
      setDrag(undefined)
    },
    onPointerCancel: () => {
      press.current = undefined
      setDrag(undefined)
    },
  })

  /** Whether the click that follows ends a drag and means nothing else. */
  const endsDrag = () => justDropped.current
  return { drag, handlers, endsDrag }
}
