import type {Job, RepositoryFinding, SetSummary, VerifyVerdict} from '@disaster-recovery/contract';
import React, {Fragment, useMemo, type ReactNode} from 'react';
import type {Client} from '../client.ts';
import {Badge} from '../components/badge.tsx';
import {Button} from '../components/button.tsx';
import {Card} from '../components/card.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {ServerText} from '../components/server_text.tsx';
import type {Facts} from '../facts/facts.ts';
import {useBare, useSay, type MessageId} from '../i18n/say.tsx';
import {missingParts, partMessage, PARTS} from '../parts.ts';
import {Proof, verifications} from './proof.tsx';
import {SetDetails} from './set_details.tsx';

const SHOWN = 20;

const COLUMNS: readonly MessageId[] = ['sets.when', 'sets.what', 'sets.rows', 'sets.files', 'sets.added', 'sets.proof'];
/** Only where there is room; the details have them too. */
const WIDE: readonly MessageId[] = ['sets.rows', 'sets.files'];
const NUMBERS: readonly MessageId[] = ['sets.rows', 'sets.files', 'sets.added'];

type Props = {
  facts: Pick<Facts, 'sets' | 'setsFailure' | 'setsFindings' | 'jobs'>;
  client: Client;
  isJobRunning: boolean;
  now: number;
  /** Id of the set whose details are open. */
  openId: string | null;
  onOpen(id: string | null): void;
  /** The job to be shown in the details of the set that it verifies. */
  job: Job | null;
  shown: ReactNode;
  /** The verdict says already that the repository cannot be used, and why. */
  isRepositoryFailed: boolean;
  onStarted(job: Job): void;
};

function classOf(id: MessageId): string {
  return [NUMBERS.includes(id) ? 'dr-number' : '', WIDE.includes(id) ? 'dr-wide' : ''].join(' ').trim();
}

export function SetsCard(props: Props) {
  const {sets, setsFailure, setsFindings, jobs} = props.facts;
  const {client, isJobRunning, now, openId, onOpen, job, shown, isRepositoryFailed, onStarted} = props;
  const say = useSay();
  const verified = useMemo(() => verifications(jobs), [jobs]);
  const hidden = Math.max(0, (sets?.length ?? 0) - SHOWN);
  return (
    <Card title={say('sets.title')}>
      {setsFailure &&
        (isRepositoryFailed ? (
          <p className="dr-dim">{say(sets ? 'sets.stale' : 'sets.not_readable')}</p>
        ) : (
          <FailureNotice failure={setsFailure} what="not_done.sets" />
        ))}
      {!sets && !setsFailure && (
        <p className="dr-dim" role="status">
          {say('sets.loading')}
        </p>
      )}
      {sets && <ListFindings findings={setsFindings} />}
      {sets?.length === 0 && <p className="dr-dim">{say('sets.none')}</p>}
      {sets && sets.length > 0 && (
        <div>
          <table className="dr-table dr-sets">
            <caption className="dr-hidden">{say('sets.caption')}</caption>
            <thead>
              <tr>
                {COLUMNS.map((id) => (
                  <th key={id} scope="col" className={classOf(id)}>
                    {say(id)}
                  </th>
                ))}
                <th scope="col">
                  <span className="dr-hidden">{say('sets.actions')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {sets.slice(0, SHOWN).map((set) => (
                <Fragment key={set.id}>
                  <SetRow
                    set={set}
                    verified={verified.get(set.id)}
                    now={now}
                    isOpen={set.id === openId}
                    onToggle={() => onOpen(set.id === openId ? null : set.id)}
                  />
                  {set.id === openId && (
                    <tr className="dr-details-row">
                      <td colSpan={COLUMNS.length + 1}>
                        <SetDetails
                          set={set}
                          client={client}
                          isJobRunning={isJobRunning}
                          job={job?.subject === set.id ? job : null}
                          shown={shown}
                          onStarted={onStarted}
                        />
                      </td>
                    </tr>
                  )}
                </Fragment>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {hidden > 0 && <p className="dr-dim">{say('sets.more', {count: hidden})}</p>}
    </Card>
  );
}

/** What keeps sets from being taken as they stand in the list, and repositories that did not answer. */
function ListFindings({findings}: {findings: readonly RepositoryFinding[]}) {
  const say = useSay();
  return findings.length === 0 ? null : (
    <ul className="dr-plain">
      {findings.map(({code, repository, set, message, remedy}) => (
        <li key={`${code} ${repository} ${set ?? ''} ${message}`}>
          <Badge tone="attention">{say('result.finding.warning')}</Badge> <ServerText text={message} />{' '}
          <ServerText text={remedy} />
        </li>
      ))}
    </ul>
  );
}

type RowProps = {set: SetSummary; verified: VerifyVerdict | undefined; now: number; isOpen: boolean; onToggle(): void};

function SetRow({set, verified, now, isOpen, onToggle}: RowProps) {
  const say = useSay();
  const bare = useBare();
  const when = bare({moment: set.t0});
  const has = (part: 'database' | 'files') => set.scope.includes(part);
  const number = (value: number) => bare({message: {id: 'number', values: {value}}});
  return (
    <tr>
      <th scope="row">{when}</th>
      <td>
        <What set={set} />
        {set.reason && (
          <span className="dr-reason dr-dim">
            <ServerText text={set.reason} />
          </span>
        )}
      </td>
      <td className="dr-number dr-wide">{has('database') ? number(set.rows) : '–'}</td>
      <td className="dr-number dr-wide">{has('files') ? number(set.files) : '–'}</td>
      <td className="dr-number">{bare({bytes: set.bytes_added})}</td>
      <td>
        <Proof set={set} verified={verified} now={now} />
      </td>
      <td className="dr-number">
        <Button
          look="link"
          aria-expanded={isOpen}
          aria-label={say(isOpen ? 'sets.close.of' : 'sets.open.of', {when})}
          onClick={onToggle}
        >
          {say(isOpen ? 'close' : 'sets.open')}
        </Button>
      </td>
    </tr>
  );
}

function What({set}: {set: SetSummary}) {
  const say = useSay();
  const bare = useBare();
  const isEverything = PARTS.every((part) => set.scope.includes(part));
  return (
    <>
      {isEverything ? say('part.everything') : bare({messages: set.scope.map(partMessage)})}{' '}
      {missingParts(set).length > 0 && <Badge tone="attention">{say('sets.partial')}</Badge>}{' '}
      {set.kind === 'restore_point' && <Badge tone="quiet">{say('sets.restore_point')}</Badge>}
    </>
  );
}
