import type {Job, SwitchBackPlan} from '@disaster-recovery/contract';
import React, {useState} from 'react';
import type {Client} from '../client.ts';
import {Badge} from '../components/badge.tsx';
import {Button} from '../components/button.tsx';
import {Checkbox} from '../components/checkbox.tsx';
import {ConfirmDialog} from '../components/dialog.tsx';
import {FailureNotice} from '../components/failure_notice.tsx';
import {ServerText} from '../components/server_text.tsx';
import {usePolling} from '../components/use_polling.ts';
import {useRequest} from '../components/use_request.ts';
import {useSay} from '../i18n/say.tsx';

/** Between two looks at gates that are shut. */
const LOOK_AGAIN_MS = 3000;

type Props = {client: Client; look: 'primary' | 'quiet'; onStarted(job: Job): void};

/** Asks for the plan first: who goes back, who goes first, and which gates are open. */
export function SwitchBackButton({client, look, onStarted}: Props) {
  const say = useSay();
  const [plan, setPlan] = useState<SwitchBackPlan | null>(null);
  const planning = useRequest();
  return (
    <>
      <Button
        look={look}
        aria-disabled={planning.isBusy}
        onClick={() => void planning.send(client.planSwitchBack, setPlan)}
      >
        {say(planning.isBusy ? 'sso.back.planning' : 'sso.back.open')}
      </Button>
      <FailureNotice failure={planning.failure} what="not_done.switch_back_plan" onDismiss={planning.forget} />
      {plan && (
        <PlanDialog
          plan={plan}
          client={client}
          // An answer that comes after it was closed opens nothing again.
          onPlan={(next) => setPlan((now) => now && next)}
          onStarted={onStarted}
          onClose={() => setPlan(null)}
        />
      )}
    </>
  );
}

function PlanDialog({
  plan,
  client,
  onPlan,
  onStarted,
  onClose,
}: {
  plan: SwitchBackPlan;
  client: Client;
  onPlan(plan: SwitchBackPlan): void;
  onStarted: Props['onStarted'];
  onClose(): void;
}) {
  const say = useSay();
  const [isOverriding, setOverriding] = useState(false);
  const {failure, isBusy, send} = useRequest();
  const groups = plan.groups.filter(({count}) => count > 0);
  const isShut = plan.gates.some(({passed}) => !passed);
  // A gate that opens while somebody waits before it is seen without a second try.
  usePolling(
    async () => {
      const reply = await client.planSwitchBack();
      if (reply.ok) {
        onPlan(reply.value);
      }
      return reply.ok;
    },
    isShut ? LOOK_AGAIN_MS : null,
  );
  const start = () =>
    void send(
      () => client.switchBack(isShut && isOverriding ? {without_provider_check: true} : {}),
      (job) => {
        onClose();
        onStarted(job);
      },
    );
  return (
    <ConfirmDialog
      title="sso.back.title"
      confirm="sso.back.confirm"
      look="primary"
      isBusy={isBusy}
      canConfirm={!isShut || isOverriding}
      onConfirm={start}
      onClose={onClose}
    >
      <p>{say('sso.back.count', {count: plan.count})}</p>
      {plan.canary && <p>{say('sso.back.canary', {person: `@${plan.canary.username}`})}</p>}
      {groups.length > 1 && (
        <p className="dr-dim">
          {say('sso.back.groups', {
            groups: {
              messages: groups.map(({name, count}) => ({id: `sso.back.group.${name}` as const, values: {count}})),
            },
          })}
        </p>
      )}
      {plan.gates.length > 0 && (
        <ul className="dr-gates" aria-label={say('sso.back.gates')}>
          {plan.gates.map(({name, passed, message}) => (
            <li key={name}>
              <Badge tone={passed ? 'good' : 'bad'}>{say(passed ? 'sso.back.gate.open' : 'sso.back.gate.shut')}</Badge>{' '}
              <ServerText text={message} />
            </li>
          ))}
        </ul>
      )}
      {plan.conflicts.length > 0 && (
        <p className="dr-words-attention">{say('sso.back.conflicts', {count: plan.conflicts.length})}</p>
      )}
      {plan.warnings.map((warning) => (
        <p key={warning} className="dr-words-attention">
          <ServerText text={warning} />
        </p>
      ))}
      {isShut && <Checkbox label="sso.back.override" isChecked={isOverriding} onChange={setOverriding} />}
      <FailureNotice failure={failure} what="not_done.switch_back" />
    </ConfirmDialog>
  );
}
