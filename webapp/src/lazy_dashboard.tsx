import React, {lazy, Suspense, useMemo, useState} from 'react';
import {FormattedMessage} from 'react-intl';
import shellEnglish from './i18n/shell_en.json';
import {ErrorBoundary} from './components/error_boundary.tsx';

type ShellId = keyof typeof shellEnglish;

function Shell({id}: {id: ShellId}) {
  return <FormattedMessage id={id} defaultMessage={shellEnglish[id]} />;
}

/** The registered component: loads the page when somebody opens it, and keeps its failures away from the System Console. */
export function LazyDashboard() {
  const [attempt, setAttempt] = useState(0);
  const Dashboard = useMemo(
    () => lazy(() => import(/* webpackChunkName: "dashboard" */ './dashboard/index.ts')),
    [attempt],
  );
  const fallback = (
    <div role="alert">
      <p>
        <Shell id="disaster_recovery.shell.failed" />
      </p>
      <button type="button" className="btn btn-primary" onClick={() => setAttempt(attempt + 1)}>
        <Shell id="disaster_recovery.shell.again" />
      </button>
    </div>
  );
  return (
    <ErrorBoundary key={attempt} fallback={fallback}>
      <Suspense
        fallback={
          <p role="status">
            <Shell id="disaster_recovery.shell.loading" />
          </p>
        }
      >
        <Dashboard />
      </Suspense>
    </ErrorBoundary>
  );
}
