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
