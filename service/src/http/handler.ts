import type {FastifyRequest} from 'fastify';
import type {Readable} from 'node:stream';
import type {z} from 'zod';
import type {Actor, RouteName, ROUTES} from '@disaster-recovery/contract';

type RequestOf<Name extends RouteName> = (typeof ROUTES)[Name] extends {request: infer Schema extends z.ZodType}
  ? z.output<Schema>
  : undefined;
type ReplyOf<Name extends RouteName> = (typeof ROUTES)[Name]['response'] extends {body: infer Schema extends z.ZodType}
  ? z.input<Schema>
  : (typeof ROUTES)[Name]['response'] extends {media: string}
    ? string | Readable | Record<string, unknown>
    : undefined;

/** What a handler gets: a body that passed the route's schema, and who asks. `actor` is set on signed routes. */
export type Call<Name extends RouteName> = {body: RequestOf<Name>; actor: Actor; request: FastifyRequest};
export type Handlers = {[Name in RouteName]: (call: Call<Name>) => Promise<ReplyOf<Name>> | ReplyOf<Name>};
