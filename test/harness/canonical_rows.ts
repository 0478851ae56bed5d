import {query} from './query.ts';

/** Every post as text, by id, however the two databases lay out their rows. */
export async function canonicalPosts(
  databaseUrl: string,
): Promise<Map<string, {readonly userid: string; readonly createat: number; readonly row: string}>> {
  const rows = await query<{id: string; userid: string; createat: string; row: string}>(
    databaseUrl,
    'SELECT id, userid, createat, to_jsonb(p)::text AS row FROM posts p',
  );
  return new Map(rows.map(({id, userid, createat, row}) => [id, {userid, createat: Number(createat), row}]));
}

/** Paths of the files that a row of the database names: originals, thumbnails and previews. */
export async function namedFiles(
  databaseUrl: string,
): Promise<{readonly path: string; readonly size: number | null}[]> {
  const rows = await query<{path: string; size: string | null}>(
    databaseUrl,
    `
    SELECT path, size FROM fileinfo WHERE path <> ''
    UNION ALL SELECT thumbnailpath, NULL FROM fileinfo WHERE thumbnailpath <> ''
    UNION ALL SELECT previewpath, NULL FROM fileinfo WHERE previewpath <> ''`,
  );
  return rows.map(({path, size}) => ({path, size: size === null ? null : Number(size)}));
}
