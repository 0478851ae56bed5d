import type {RepositoryStatus, Status} from '@disaster-recovery/contract';
import React, {type ReactNode} from 'react';
import {Badge} from '../components/badge.tsx';
import {Text, useBare, useSay, type MessageId, type Value} from '../i18n/say.tsx';

const REPOSITORY_TONE = {ok: 'good', failed: 'bad', unknown: 'quiet'} as const;

/** The numbers behind the verdict, each with what it is measured against. */
export function Glance({status, oldest, now}: {status: Status; oldest: number | null; now: number}) {
  const say = useSay();
  const bare = useBare();
  const {last_set: last, repository} = status;
  const isWhole = status.verdict.kind !== 'partial' && status.verdict.kind !== 'damaged';
  const isKnown = repository.outcome !== 'failed';
  const age = last ? Math.max(0, now - last.t0) : null;
  return (
    <section className="dr-glance" aria-label={say('facts.label')}>
      <Fact
        title={isWhole ? 'facts.newest' : 'facts.best'}
        value={age === null ? say(isKnown ? 'facts.none' : 'facts.not_known') : bare({duration: age})}
      >
        <Objective age={age} objective={status.rpo_objective_ms} />
        {status.next_run && (
          <>
            {' · '}
            <Text id="facts.next" values={{time: {duration: Math.max(0, status.next_run.at - now)}}} />
          </>
        )}
      </Fact>
      <Fact title="facts.sets" value={isKnown ? String(status.sets) : say('facts.not_known')}>
        {oldest !== null && <Text id="facts.oldest" values={{age: {duration: Math.max(0, now - oldest)}}} />}
      </Fact>
      <Fact
        title="facts.repository"
        value={
          <Badge tone={REPOSITORY_TONE[repository.outcome]}>{say(`facts.repository.${repository.outcome}`)}</Badge>
        }
      >
        <span className="dr-break">{repository.location}</span>
      </Fact>
      {status.repositories
        ?.filter((copy) => !copy.in_use)
        .map((copy) => (
          <Copy key={copy.name} copy={copy} now={now} />
        ))}
      <Fact title="facts.companion" value={<Badge tone="good">{say('facts.companion.answers')}</Badge>}>
        {say('facts.companion.version', {version: status.version})}
      </Fact>
    </section>
  );
}

/** A repository beside the one in use, by its name. */
function Copy({copy, now}: {copy: RepositoryStatus; now: number}) {
  const say = useSay();
  return (
    <Fact
      title="facts.copy"
      values={{name: copy.name}}
      value={<Badge tone={REPOSITORY_TONE[copy.outcome]}>{say(`facts.repository.${copy.outcome}`)}</Badge>}
    >
      {copy.outcome === 'failed' ? (
        copy.message
      ) : copy.newest_t0 === null ? (
        <Text id="facts.copy.none" />
      ) : (
        <Text id="facts.copy.newest" values={{age: {duration: Math.max(0, now - copy.newest_t0)}}} />
      )}
    </Fact>
  );
}

function Objective({age, objective}: {age: number | null; objective: number | null}) {
  if (objective === null) {
    return <Text id="facts.no_objective" />;
  }
  if (age === null) {
    return <Text id="facts.objective" values={{objective: {duration: objective}}} />;
  }
  const isBeyond = age > objective;
  return (
    <span className={isBeyond ? 'dr-words-attention' : 'dr-words-good'}>
      <Text id={isBeyond ? 'facts.beyond' : 'facts.within'} values={{objective: {duration: objective}}} />
    </span>
  );
}

type FactProps = {title: MessageId; values?: Record<string, Value>; value: ReactNode; children?: ReactNode};

function Fact({title, values, value, children}: FactProps) {
  return (
    <div className="dr-fact">
      <h3>
        <Text id={title} {...(values && {values})} />
      </h3>
      <p className="dr-fact-value">{value}</p>
      {children && <p className="dr-dim">{children}</p>}
    </div>
  );
}
