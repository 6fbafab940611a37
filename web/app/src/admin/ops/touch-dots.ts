export type DotKind = 'marketing' | 'sales' | 'empty'

/** One dot per touch up to what is needed, sales' behind marketing's, the missing ones empty; `more` is what does not fit. */
export function touchDots(marketing: number, sales: number, need: number): { dots: DotKind[]; more: number } {
  const room = Math.max(need, 1)
  const total = marketing + sales
  if (total <= room) {
    const dots: DotKind[] = [...Array<DotKind>(marketing).fill('marketing'), ...Array<DotKind>(sales).fill('sales')]
    return { dots: [...dots, ...Array<DotKind>(room - total).fill('empty')], more: 0 }
  }
  // Both sides keep a part of the room: a side that has touched is always seen.
  let m = Math.round((marketing / total) * room)
  if (marketing > 0 && m === 0) m = 1
  if (sales > 0 && m === room && room > 1) m = room - 1
  return { dots: [...Array<DotKind>(m).fill('marketing'), ...Array<DotKind>(room - m).fill('sales')], more: total - room }
}
