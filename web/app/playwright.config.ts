import { defineConfig } from '@playwright/test'

// Whatever the demo does not need in order to run is kept from Chromium: it
// would otherwise try to reach its maker.
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export default defineConfig({
  testDir: 'e2e',
  // Each file plays a demo of its own, whose clock it moves: its tests come one
  // after the other. Two files at once fill the time in which pages wait.
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // A welcome's code lives for 20 s of everybody's time: a second try, on a fresh
  // demo, tells a fault from a machine that was too busy for that long.
  retries: 1,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  globalSetup: './e2e/seed.ts',
  use: {
    locale: 'zh-CN',
    viewport: { width: 1440, height: 900 },
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    trace: 'retain-on-failure',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: quiet },
  },
  // How pages look, and what they say when something fails, does not depend on the database.
  projects: [
    { name: 'sqlite' },
    ...(process.env.SIXTOUCH_TEST_MYSQL ? [{ name: 'mariadb', testIgnore: ['pages.spec.ts', 'states.spec.ts', 'dialogs.spec.ts'] }] : []),
  ],
})
