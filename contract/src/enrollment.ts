import {z} from 'zod';
import {Timestamp} from './primitives.ts';

/** An Ed25519 public key: 32 bytes, base64url without padding. */
export const PublicKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** `proof` = base64url HMAC-SHA256, key = sha256(code), over `bridge\n<public_key>\n<nonce>`: the code itself never travels. */
export const EnrollmentRequest = z
  .object({
    public_key: PublicKey,
    nonce: z.string().regex(/^[A-Za-z0-9_-]{22,64}$/),
    proof: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    site_url: z.string().min(1).max(2000),
    diagnostic_id: z.string().min(1).max(100),
    server_version: z.string().max(100),
    plugin_version: z.string().max(100),
    actor: z.string().max(200).describe('Name of the administrator who enrolls.'),
  })
  .strict()
  .meta({id: 'EnrollmentRequest'});
export type EnrollmentRequest = z.infer<typeof EnrollmentRequest>;

/** `proof` = the same HMAC over `companion\n<public_key>\n<nonce of the request>`: shows that the answer comes from who printed the code. */
export const EnrollmentReply = z
  .object({companion_id: z.string(), public_key: PublicKey, proof: z.string(), version: z.string()})
  .meta({id: 'EnrollmentReply'});
export type EnrollmentReply = z.infer<typeof EnrollmentReply>;

/** Payload of the signed token (compact JWS, EdDSA) that goes with each request to the bridge. */
export const RequestToken = z
  .object({
    iss: z.string().describe('`bridge` or the companion id.'),
    aud: z.string().describe('The companion id or `bridge`.'),
    iat: z.number().int().describe('Seconds since 1970.'),
    exp: z.number().int().describe('At most 60 s after iat.'),
    jti: z.string().min(16).max(64).describe('Nonce; a second use is refused.'),
    method: z.string(),
    path: z.string().describe('Path with query, as sent.'),
    body_sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .describe('Of the raw body; of nothing when there is none.'),
  })
  .meta({id: 'RequestToken'});
export type RequestToken = z.infer<typeof RequestToken>;

/**
 * Payload of a token that the bridge signs. A copy of the database holds the same key, so who asks is named in full; a request that
 * changes something must also be confirmed by the Mattermost that the companion reaches itself.
 */
export const BridgeToken = RequestToken.extend({
  site_url: z
    .string()
    .describe('Site URL of the Mattermost that asks; empty when it has none, which is never the enrolled one.'),
  diagnostic_id: z.string().describe('Diagnostic id of the Mattermost that asks.'),
  actor: z.object({user_id: z.string(), username: z.string(), system_admin: z.boolean()}).optional(),
}).meta({id: 'BridgeToken'});
export type BridgeToken = z.infer<typeof BridgeToken>;

/** What `drctl enroll` prints. */
export const EnrollmentCode = z
  .object({code: z.string(), expires_at: Timestamp, url: z.string(), tls_pin: z.string().nullable()})
  .meta({id: 'EnrollmentCode'});
export type EnrollmentCode = z.infer<typeof EnrollmentCode>;
