/** Light or dark as chosen in the web app, else as the system has it. */
export function followMode(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)')
  const show = () => {
    const chosen = localStorage.getItem('sixtouch.mode')
    const dark = chosen === 'dark' || (chosen !== 'light' && system.matches)
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }
  show()
  system.addEventListener('change', show)
}
