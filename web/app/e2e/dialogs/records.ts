import { expect, type Page } from '@playwright/test'

/** What the seeded demo lacks: made once, in the order that gives it these ids. */
export const programme = { id: 3, name: '展会跟进' }
export const pausedProgramme = { id: 4, name: '老客户回访' }
export const draftProgramme = { id: 5, name: '新品预告' }
export const audience = { id: 1, name: '所有客户', people: '2,000' }
export const openImport = 2

const step = (key: string, name: string, day: number) => ({
  key,
  name,
  channel: 'rep_prompt',
  offset: { day, at: '10:00' },
  content: { text: '打个电话' },
})
const body = (name: string, steps: object[]) => ({ name, definition: { trigger: { kind: 'contact_added' }, steps } })
const before = [step('ask', '问候', 10), step('more', '资料', 20)]
const after = [step('ask', '问候', 5), step('case', '案例', 30)]

/** A programme with people in it whose draft differs, one that is paused, a draft, an audience, a table on its way in. */
export async function records(page: Page, base: string): Promise<void> {
  const api = `${base}/api/v1`
  if ((await page.request.get(`${api}/imports/${openImport}`)).ok()) return
  const made = async (path: string, data: object, id: number) => {
    const answer = await page.request.post(api + path, { data })
    expect(await answer.json()).toMatchObject({ id })
  }
  const well = async (answer: ReturnType<Page['request']['post']>) => expect((await answer).ok()).toBe(true)
  for (const p of [programme, pausedProgramme]) {
    await made('/sops', body(p.name, before), p.id)
    await well(page.request.post(`${api}/sops/${p.id}/publish`, { data: { move: false } }))
    const people = await page.request.post(`${api}/sops/${p.id}/enrollment-jobs`, {
      data: { source: 'contacts', contact_ids: [1, 2, 3, 4, 5, 6], anchor: 'now' },
    })
    const { id } = (await people.json()) as { id: number }
    await expect.poll(async () => (await page.request.get(`${api}/enrollment-jobs/${id}`)).json()).toMatchObject({ state: 'done' })
  }
  await well(page.request.put(`${api}/sops/${programme.id}`, { data: body(programme.name, after) }))
  await well(page.request.post(`${api}/sops/${pausedProgramme.id}/pause`))
  await made('/sops', body(draftProgramme.name, before), draftProgramme.id)
  await made('/audiences', { name: audience.name, filter: null }, audience.id)
  const table = { name: '名单.csv', mimeType: 'text/csv', buffer: Buffer.from('公司名称,等级\n合肥星图导航科技有限公司,A') }
  await well(page.request.post(`${api}/imports?kind=accounts`, { multipart: { file: table } }))
}
