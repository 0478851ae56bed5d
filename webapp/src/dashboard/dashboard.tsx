import type {Job} from '@disaster-recovery/contract';
import React, {useEffect, useMemo, useRef, useState} from 'react';
import {BACKUP_ANCHOR, BackupForm} from '../backup/backup_form.tsx';
import type {Client} from '../client.ts';
import {clock, useClock} from '../clock.ts';
import {FailureNotice} from '../components/failure_notice.tsx';
import {GoodAnswersContext} from '../components/good_answers.ts';
import {useRequest} from '../components/use_request.ts';
import {CONNECTION_ANCHOR, ConnectionCard} from '../connection/connection_card.tsx';
import {areGood, type Facts} from '../facts/facts.ts';
import {useFacts, type Dashboard as State} from '../facts/use_facts.ts';
import {headlineOf, type Action} from '../status/headline.ts';
import {Verdict} from '../status/verdict.tsx';
import {Protected} from './protected.tsx';

const AGES_GROW_MS = 15_000;

/** Brings a card into view and says its title to who cannot see it. */
function goTo(anchor: string): void {
  const card = document.getElementById(anchor);
  card?.scrollIntoView({block: 'start', behavior: 'smooth'});
  (card?.querySelector<HTMLElement>('input:not([type=checkbox])') ?? card?.querySelector('h2'))?.focus({
    preventScroll: true,
  });
}

/** When the page last saw that all is well, and since when it is so again. */
function useGoodAnswers(facts: Facts, refresh: () => Promise<boolean>) {
  const wasGood = useRef(true);
  const times = useRef({goodAt: 0, backAt: 0});
  // Each answer makes other facts, also when nothing in them differs.
  return useMemo(() => {
    const isGood = areGood(facts);
    if (isGood) {
      times.current = {goodAt: clock(), backAt: wasGood.current ? times.current.backAt : clock()};
    }
    wasGood.current = isGood || facts.connection === null;
    return {...times.current, lookAgain: () => void refresh()};
  }, [facts, refresh]);
}

export function Dashboard({client}: {client: Client}) {
  const state = useFacts(client);
  const good = useGoodAnswers(state.facts, state.refresh);
  return (
    <GoodAnswersContext.Provider value={good}>
      <Page state={state} client={client} />
    </GoodAnswersContext.Provider>
  );
}

function Page({state, client}: {state: State; client: Client}) {
  const {facts, refresh, follow} = state;
  const [isEnrolling, setEnrolling] = useState(false);
  const [areOptionsOpen, setOptionsOpen] = useState(false);
  const [target, setTarget] = useState<string | null>(null);
  const start = useRequest();
  const now = useClock(AGES_GROW_MS) + facts.clockSkew;
  useEffect(() => {
    if (target) {
      goTo(target);
      setTarget(null);
    }
  }, [target]);
  const backUp = () => void start.send(() => client.startBackup({}), follow);
  const actions: Record<Action, () => void> = {
    enroll: () => setTarget(CONNECTION_ANCHOR),
    enroll_again: () => {
      setEnrolling(true);
      setTarget(CONNECTION_ANCHOR);
    },
    back_up: backUp,
    try_again: backUp,
    check_again: () => void refresh(),
  };
  const isChecking = state.isRefreshing && facts.connection !== null;
  const headline = headlineOf(facts, now);
  const canBackUp = headline.action === 'back_up' || headline.action === 'try_again';
  const started = (job: Job) => {
    setOptionsOpen(false);
    follow(job);
  };
  const isBusy = start.isBusy || (headline.action === 'check_again' && isChecking);
  return (
    <div className="dr-root dr-page">
      <Verdict
        headline={headline}
        isBusy={isBusy}
        areOptionsOpen={areOptionsOpen}
        onAction={(action) => actions[action]()}
        onOptions={() => {
          setOptionsOpen(!areOptionsOpen);
          setTarget(areOptionsOpen ? null : BACKUP_ANCHOR);
        }}
      />
      <FailureNotice failure={start.failure} what="not_done.backup" onDismiss={start.forget} />
      {areOptionsOpen && canBackUp && <BackupForm client={client} onStarted={started} />}
      {facts.connection?.enrolled && <Protected state={state} client={client} now={now} />}
      {facts.connection && (
        <ConnectionCard
          connection={facts.connection}
          client={client}
          isEnrolling={isEnrolling}
          onEnrolling={setEnrolling}
          onChanged={() => void refresh()}
        />
      )}
    </div>
  );
}
