import type {FastifyRequest} from 'fastify';
import {Failure} from '../kernel/failure.ts';

/** A parameter of the path. */
export function parameter(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}

/** The first value of that name in the query; empty when there is none. */
export function query(request: FastifyRequest, name: string): string {
  const given = (request.query as Record<string, string | string[] | undefined>)[name];
  return (Array.isArray(given) ? given[0] : given) ?? '';
}

/**
 * Whether the query says `true` of it; left out is no.
 * @throws Failure USAGE_INVALID
 */
export function flag(request: FastifyRequest, name: string): boolean {
  const given = query(request, name);
  if (!['', 'true', 'false'].includes(given)) {
    throw new Failure('USAGE_INVALID', `${name} must be true or false.`);
  }
  return given === 'true';
}

/** No name, path or text of ours holds a NUL, and databases and programs do not take one. @throws Failure USAGE_INVALID */
export function refuseNul({params, query: asked}: Pick<FastifyRequest, 'params' | 'query'>): void {
  const words = [params, asked].flatMap((given) => Object.entries(given as Record<string, string | string[]>).flat(2));
  if (words.some((word) => word.includes('\0'))) {
    throw new Failure('USAGE_INVALID', 'The path or the query holds a NUL character.');
  }
}
