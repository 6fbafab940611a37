import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { NotFound } from './not-found'
import { Shell } from './shell'
import { ErrorState } from './states'

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error, reset }) => <ErrorState error={error} retry={reset} />,
})

// One line per page; each page is a chunk of its own.
const today = createRoute({ getParentRoute: () => root, path: '/', component: lazyRouteComponent(() => import('./pages/today'), 'Today') })

const tree = root.addChildren([today])

export const router = createRouter({ routeTree: tree, defaultPreload: 'intent', scrollRestoration: true })

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
