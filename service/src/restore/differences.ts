import type {StagedTree} from '../engines/filestore/port.ts';

/** What was left out or changed, in words; empty when all came as it was stored. */
export function differencesOf({links, special, stripped, first}: StagedTree): string[] {
  const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`;
  const parts = [
    ...(links > 0 ? [`${many(links, 'link that leads', 'links that lead')} out of the tree or to nothing`] : []),
    ...(special > 0 ? [many(special, 'device, pipe or socket', 'devices, pipes or sockets')] : []),
  ];
  return [
    ...(parts.length > 0 ? [`Not restored: ${parts.join(', ')}; first ${first ?? ''}.`] : []),
    ...(stripped > 0 ? [`${many(stripped, 'file has', 'files have')} lost the set-user-ID or set-group-ID bit.`] : []),
  ];
}
