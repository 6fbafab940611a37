import { type Page, request } from '@playwright/test'
import { type Demo, expect } from './demo'

/** What the administrator may give a member. */
export interface Grant {
  role: 'admin' | 'marketer' | 'manager' | 'rep' | 'read'
  reach: 'all' | 'departments' | 'own'
  department_ids?: number[]
}

/** Has the administrator give a member a role. */
export async function give(demo: Demo, member: string, grant: Grant): Promise<void> {
  const admin = await request.newContext({ baseURL: demo.base })
  await admin.get(demo.enter)
  const found = await (await admin.get('/api/v1/users', { params: { q: member } })).json()
  const answer = await admin.put(`/api/v1/users/${found.items[0].rep_id}`, { data: grant })
  expect(answer.ok(), `${member}: ${await answer.text()}`).toBe(true)
  await admin.dispose()
}

/** Signs a member in at the page where the simulator plays WeCom. */
export async function comeIn(page: Page, demo: Demo, member: string, next = '/'): Promise<void> {
  await page.goto(`${demo.base}/login/wecom?${new URLSearchParams({ next })}`)
  await page.getByRole('link', { name: member }).click()
}
