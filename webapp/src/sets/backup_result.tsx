import type {Job, SetManifest} from '@disaster-recovery/contract';
import React from 'react';
import {Badge} from '../components/badge.tsx';
import {Copyable} from '../components/copyable.tsx';
import {Definitions} from '../components/definitions.tsx';
import {useBare, useSay, type Message} from '../i18n/say.tsx';
import {Omissions} from './omissions.tsx';
import {CROSS_CHECK_TONE} from './proof.tsx';

export function asManifest(job: Job): SetManifest | null {
  const result = job.result as Partial<SetManifest> | null | undefined;
  return job.kind === 'backup' && result?.format === 1 && result.cross_check ? (result as SetManifest) : null;
}

function rowsOf(manifest: SetManifest): number {
  return (manifest.database?.tables ?? []).reduce((sum, table) => sum + table.rows, 0);
}

/** The evidence, as the manifest has it. */
export function BackupResult({manifest, job}: {manifest: SetManifest; job: Job}) {
  const say = useSay();
  const bare = useBare();
  const {database, files, config, cross_check: check} = manifest;
  const count = (unit: 'rows' | 'files', value: number): {message: Message} => ({
    message: {id: `unit.${unit}`, values: {count: value}},
  });
  const absent = <span className="dr-words-attention">{say('result.not_in_set')}</span>;
  return (
    <>
      <Definitions
        rows={[
          ['result.set', <Copyable key="set" text={manifest.id} />],
          [
            'result.database',
            database
              ? say('result.database.value', {
                  rows: count('rows', rowsOf(manifest)),
                  tables: database.tables.length,
                  live: {bytes: database.bytes},
                  copy: {bytes: database.dump_bytes},
                })
              : absent,
          ],
          [
            'result.files',
            files
              ? say('result.files.value', {files: count('files', files.count), bytes: {bytes: files.bytes}})
              : absent,
          ],
          ['result.config', config ? say('result.config.value', {files: count('files', config.files.length)}) : absent],
          ['result.added', bare({bytes: manifest.bytes_added})],
          [
            'result.cross_check',
            <>
              <Badge tone={CROSS_CHECK_TONE[check.outcome]}>{say(`cross_check.${check.outcome}`)}</Badge>{' '}
              {say(`cross_check.${check.outcome}.long`, {
                ok: check.ok,
                rows: check.rows,
                orphans: check.orphans,
                missing: check.missing,
                missing_in_production: check.missing_in_production,
                size_differs: check.size_differs,
              })}
            </>,
          ],
          [
            'result.duration',
            bare({duration: (job.finished_at ?? manifest.finished_at) - (job.started_at ?? manifest.started_at)}),
          ],
        ]}
      />
      <Omissions omitted={manifest.omitted} />
      <h3>{say('result.next')}</h3>
      <ul className="dr-plain">
        <li>
          {say('result.next.verify')} <Copyable text={`drctl verify ${manifest.id} --level L2`} />
        </li>
        <li>{say('result.next.key')}</li>
        <li>
          {say('result.next.restore')} <Copyable text={`drctl restore ${manifest.id} --dry-run`} />
        </li>
      </ul>
    </>
  );
}
