import React, {useState} from 'react';
import {useStore} from 'react-redux';
import {createClient} from '../client.ts';
import {ErrorBoundary} from '../components/error_boundary.tsx';
import {reloadHostConfiguration} from '../host_configuration.ts';
import {Text, Words} from '../i18n/say.tsx';
import style from '../style.css';
import {Dashboard} from './dashboard.tsx';

/** Everything that the lazy chunk brings: words, style, client. */
export function DashboardPage() {
  const store = useStore();
  const [client] = useState(() => createClient(() => reloadHostConfiguration(store)));
  return (
    <Words>
      <style>{style}</style>
      <ErrorBoundary
        fallback={
          <p role="alert">
            <Text id="page.broken" />
          </p>
        }
      >
        <Dashboard client={client} />
      </ErrorBoundary>
    </Words>
  );
}
