import type {Attempt, FormerDatabase} from './port.ts';

/** Of the name of the live database so many bytes are kept: PostgreSQL cuts names at 63, and what is added has at most 20. */
const KEPT = 40;

function beginningOf(name: string): string {
  let kept = '';
  for (const character of name) {
    if (Buffer.byteLength(kept + character) > KEPT) {
      break;
    }
    kept += character;
  }
  return kept;
}

/** The name under which an attempt writes; `live` is that of its target. */
export const stagedName = (live: string, {id, beside}: Attempt): string =>
  beside ? `${beginningOf(live)}_dr_${id}` : live;

export const formerOf = (live: string, {id}: Attempt): FormerDatabase => ({
  name: live,
  former: `${beginningOf(live)}_before_${id}`,
});

/** Where what restore `id` had brought waits after it was undone. */
export const undoneName = (live: string, id: string): string => `${beginningOf(live)}_undone_${id}`;

/** Whether the database under that name is the attempt's own, to be thrown away with it. */
export const isOwn = ({beside, exists}: Attempt): boolean => beside || !exists;
