import { LoadingOutlined } from '@ant-design/icons'
import { ConfigProvider, theme } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { lang } from '../shared/i18n'
import { darkPalette, lightPalette, type Palette } from '../shared/palette'

export type Mode = 'system' | 'light' | 'dark'

interface Look {
  mode: Mode
  dark: boolean
  palette: Palette
  setMode: (mode: Mode) => void
}

const LookContext = createContext<Look | undefined>(undefined)

const storageKey = 'sixtouch.mode'
const systemDark = window.matchMedia('(prefers-color-scheme: dark)')

function storedMode(): Mode {
  const stored = localStorage.getItem(storageKey)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

/** Light or dark, and the palette that goes with it. */
export function useLook(): Look {
  const look = useContext(LookContext)
  if (!look) throw new Error('useLook outside of Theme')
  return look
}

const fonts =
  'system-ui, -apple-system, "PingFang SC", "HarmonyOS Sans SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'

// A button keeps its name while it waits: the library's own sign would add a word of its own to it.
const quietly = { loadingIcon: <LoadingOutlined aria-hidden /> }

export function Theme({ children }: { children: ReactNode }) {
  const [mode, setMode] = useState(storedMode)
  const [system, setSystem] = useState(systemDark.matches)
  useEffect(() => {
    const follow = (e: MediaQueryListEvent) => setSystem(e.matches)
    systemDark.addEventListener('change', follow)
    return () => systemDark.removeEventListener('change', follow)
  }, [])
  const dark = mode === 'dark' || (mode === 'system' && system)
  const palette = dark ? darkPalette : lightPalette
  useEffect(() => {
    localStorage.setItem(storageKey, mode)
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }, [mode, dark])
  const look = useMemo(() => ({ mode, dark, palette, setMode }), [mode, dark, palette])
  return (
    <LookContext.Provider value={look}>
      <ConfigProvider
        locale={lang === 'zh' ? zhCN : enUS}
        button={quietly}
        theme={{
          algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
          token: {
            colorPrimary: palette.brand,
            colorLink: palette.marketing,
            colorLinkHover: palette.brand,
            linkHoverDecoration: 'underline',
            colorError: palette.bad,
            colorTextDescription: dark ? '#a5adb5' : '#5b646d',
            colorTextDisabled: dark ? '#98a1a9' : '#6b737b',
            colorTextPlaceholder: dark ? '#98a1a9' : '#6b737b',
            fontFamily: fonts,
            borderRadius: 8,
            fontSize: 14,
          },
          // White on the lighter brand of the dark mode cannot be read.
          components: dark ? { Button: { primaryColor: '#04110f', dangerColor: '#1c0506' } } : {},
        }}
      >
        {children}
      </ConfigProvider>
    </LookContext.Provider>
  )
}
