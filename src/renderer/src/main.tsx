import '@mantine/core/styles.css'
import '@mantine/spotlight/styles.css'
import './app.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { createApi } from './data/api.ts'
import { PageActions, PageActionsContext } from './widgets/pageActions.ts'
import { App } from './shell/App.tsx'
import { NoSession } from './shell/NoSession.tsx'
import { ApiContext } from './data/apiContext.ts'
import { cssTokens, theme } from './shell/theme.ts'

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // an answer of the owner process is not a flaky network: it says what is wrong the first time
      retry: (failures, error) =>
        error instanceof RecheckError && error.code === 'connection.lost' && failures < 3,
      staleTime: 1000,
      refetchOnWindowFocus: false,
      // the owner process is on this machine: a browser that calls itself offline reaches it all the same
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

async function openPage(): Promise<void> {
  const box = document.getElementById('root')
  if (box === null) throw new Error('index.html has no element "root"')
  const api = createApi(window)
  const root = createRoot(box)
  const problem = await api
    .open()
    .then(() => api.request('app.info', {}))
    .then(() => null)
    .catch((thrown: unknown) => thrown)
  root.render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssTokens} defaultColorScheme="auto">
        {problem === null ? (
          <QueryClientProvider client={client}>
            <ApiContext value={api}>
              <PageActionsContext value={new PageActions()}>
                <App />
              </PageActionsContext>
            </ApiContext>
          </QueryClientProvider>
        ) : (
          <NoSession problem={problem} />
        )}
      </MantineProvider>
    </StrictMode>,
  )
}

void openPage()
