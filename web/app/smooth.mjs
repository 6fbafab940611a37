// Scrolls a long list in Chromium and prints how evenly its frames come, at its
// beginning and once all rows are loaded: node smooth.mjs ENTER-URL
// (`sixtouch bench list --serve sqlite` prints such an address).
import { chromium } from '@playwright/test'

const [enter] = process.argv.slice(2)
if (!enter) throw new Error('usage: npm run smooth -- ENTER-URL')
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
await page.goto(enter)
const rows = page.locator('.rows')
await rows.locator('.rows-row').first().waitFor()
await rows.hover()
console.log('at the beginning:', await scroll())
const begun = Date.now()
const loaded = await all()
console.log(`${loaded} rows loaded in ${((Date.now() - begun) / 1000).toFixed(0)} s:`, await scroll(-1))
await browser.close()

/** Turns the wheel for ten seconds and says how the frames came meanwhile. */
async function scroll(direction = 1) {
  await page.evaluate(() => {
    const frames = []
    let last = performance.now()
    const tick = (now) => {
      frames.push(now - last)
      last = now
      if (!window.sixtouchStop) requestAnimationFrame(tick)
    }
    window.sixtouchStop = false
    window.sixtouchFrames = frames
    performance.clearResourceTimings()
    performance.setResourceTimingBufferSize(10_000)
    requestAnimationFrame(tick)
  })
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    await page.mouse.wheel(0, 300 * direction)
    await page.waitForTimeout(50)
  }
  return page.evaluate(() => {
    window.sixtouchStop = true
    const quantile = (list, q) => Math.round(list.sort((a, b) => a - b)[Math.floor((list.length - 1) * q)] ?? 0)
    const frames = window.sixtouchFrames
    const pages = performance.getEntriesByType('resource').filter((e) => e.name.includes('/api/v1/contacts?'))
    const took = pages.map((e) => e.duration)
    return {
      frames: frames.length,
      p50: quantile(frames, 0.5),
      p95: quantile(frames, 0.95),
      longest: quantile(frames, 1),
      rowsInDocument: document.querySelectorAll('.rows-row').length,
      pagesFetched: took.length,
      pageP50: quantile(took, 0.5),
      pageP95: quantile(took, 0.95),
    }
  })
}

/** Loads the whole list by staying at its end. */
async function all() {
  return page.evaluate(async () => {
    const list = document.querySelector('.rows')
    const settled = () => new Promise((resolve) => setTimeout(resolve, 20))
    while (list.getAttribute('aria-rowcount') === '-1') {
      list.scrollTop = list.scrollHeight
      await settled()
    }
    return Number(list.getAttribute('aria-rowcount')) - 1
  })
}
