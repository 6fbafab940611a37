import { expect, test } from 'vitest'
import { dotsOf } from './dots'

const box = { width: 120, top: 10, bottom: 110 }

test('a welcome is as high as its share of the limit', () => {
  const [half, full] = dotsOf(
    [
      { touch_id: 1, seconds: 10 },
      { touch_id: 2, seconds: 20 },
    ],
    20,
    box,
  )
  expect(half).toEqual({ id: 1, x: 5, y: 60, late: false })
  expect(full?.y).toBe(10)
})

test('a late one breaks through the line, however late', () => {
  const [late] = dotsOf([{ touch_id: 1, seconds: 900 }], 20, box)
  expect(late).toMatchObject({ late: true, y: 2 })
})
