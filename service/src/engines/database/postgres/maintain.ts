import type pg from 'pg';
import {Failure} from '../../../kernel/failure.ts';
import {withClient, type Connection} from './connection.ts';

/** Database-wide statements run from another database; `postgres` may be missing or closed to this role. */
export async function maintain<T>(connection: Connection, work: (client: pg.Client) => Promise<T>): Promise<T> {
  try {
    return await withClient({...connection, database: 'postgres'}, work);
  } catch (error) {
    if (error instanceof Failure && error.code === 'DATABASE_REFUSED') {
      return withClient({...connection, database: 'template1'}, work);
    }
    throw error;
  }
}
