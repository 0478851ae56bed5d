import {z} from 'zod';
import type {ProbeTarget} from './port.ts';

const oauthSettings = z
  .object({
    Enable: z.boolean().default(false),
    Id: z.string().default(''),
    Scope: z.string().default(''),
    AuthEndpoint: z.string().default(''),
    TokenEndpoint: z.string().default(''),
    UserAPIEndpoint: z.string().default(''),
    DiscoveryEndpoint: z.string().default(''),
  })
  .prefault({});

/** Of Mattermost's configuration only what names an address or switches a provider on. */
const ProviderSettings = z.object({
  ServiceSettings: z.object({SiteURL: z.string().default('')}).prefault({}),
  GitLabSettings: oauthSettings,
  GoogleSettings: oauthSettings,
  Office365Settings: oauthSettings,
  OpenIdSettings: oauthSettings,
  SamlSettings: z
    .object({
      Enable: z.boolean().default(false),
      IdpURL: z.string().default(''),
      IdpMetadataURL: z.string().default(''),
    })
    .prefault({}),
  LdapSettings: z
    .object({
      Enable: z.boolean().default(false),
      EnableSync: z.boolean().default(false),
      LdapServer: z.string().default(''),
      LdapPort: z.number().int().min(0).max(65_535).default(389),
      ConnectionSecurity: z.string().default(''),
      BindUsername: z.string().default(''),
      BindPassword: z.string().default(''),
      BaseDN: z.string().default(''),
    })
    .prefault({}),
});
type ProviderSettings = z.infer<typeof ProviderSettings>;

const OAUTH = [
  ['gitlab', 'GitLabSettings'],
  ['google', 'GoogleSettings'],
  ['office365', 'Office365Settings'],
  ['openid', 'OpenIdSettings'],
] as const;

/** Providers that are switched on, by the names that accounts carry: gitlab, google, office365, openid, saml, ldap. @throws ZodError when it is no configuration */
export function enabledProviders(config: Record<string, unknown>): string[] {
  const settings = ProviderSettings.parse(config);
  return [
    ...OAUTH.filter(([, section]) => settings[section].Enable).map(([provider]) => provider),
    ...(settings.SamlSettings.Enable ? ['saml'] : []),
    ...(usesLdap(settings) ? ['ldap'] : []),
  ];
}

/**
 * All addresses that tell whether a provider is up. Empty and malformed addresses are left out.
 * `siteUrl` is where the provider would send people back to; empty: as the configuration says.
 * @throws ZodError when it is no configuration
 */
export function probeTargets(config: Record<string, unknown>, siteUrl: string): ProbeTarget[] {
  const settings = ProviderSettings.parse(config);
  const site = (siteUrl === '' ? settings.ServiceSettings.SiteURL : siteUrl).replace(/\/+$/, '');
  return [
    ...OAUTH.filter(([, section]) => settings[section].Enable).flatMap(([provider, section]) =>
      oauthTargets(provider, settings[section], site),
    ),
    ...(settings.SamlSettings.Enable ? samlTargets(settings.SamlSettings) : []),
    ...(usesLdap(settings) ? ldapTargets(settings.LdapSettings) : []),
  ];
}

function usesLdap({LdapSettings}: ProviderSettings): boolean {
  return LdapSettings.Enable || LdapSettings.EnableSync;
}

function oauthTargets(provider: string, settings: ProviderSettings['GitLabSettings'], site: string): ProbeTarget[] {
  const authorize = httpUrl(settings.AuthEndpoint);
  if (authorize !== null) {
    // What Mattermost sends: a provider refuses a redirect that it was not told of before it shows its page.
    authorize.searchParams.set('redirect_uri', `${site}/signup/${provider}/complete`);
    authorize.searchParams.set('scope', settings.Scope);
  }
  return named(provider, settings.Id, [
    ['authorize', authorize],
    ['token', httpUrl(settings.TokenEndpoint)],
    ['userinfo', httpUrl(settings.UserAPIEndpoint)],
    ['discovery', httpUrl(settings.DiscoveryEndpoint)],
  ]);
}

function samlTargets(settings: ProviderSettings['SamlSettings']): ProbeTarget[] {
  return named('saml', '', [
    ['sign_in_page', httpUrl(settings.IdpURL)],
    ['metadata', httpUrl(settings.IdpMetadataURL)],
  ]);
}

type HttpTarget = Extract<ProbeTarget, {kind: 'http'}>;

function named(provider: string, client: string, urls: readonly [HttpTarget['probe'], URL | null][]): HttpTarget[] {
  return urls.flatMap(([probe, url]) =>
    url === null ? [] : [{kind: 'http' as const, provider, probe, url: url.href, client_id: client}],
  );
}

function httpUrl(text: string): URL | null {
  const url = URL.parse(text.trim());
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null;
}

function ldapTargets(settings: ProviderSettings['LdapSettings']): ProbeTarget[] {
  const security = settings.ConnectionSecurity.toUpperCase();
  const scheme = security === 'TLS' ? 'ldaps' : 'ldap';
  return settings.LdapServer.split(/[\s,]+/)
    .filter((host) => host !== '')
    .flatMap((host) => {
      const url = ldapUrl(host, scheme, settings.LdapPort);
      return url === null
        ? []
        : [
            {
              kind: 'ldap' as const,
              provider: 'ldap',
              probe: `ldap:${url.hostname}:${url.port}` as const,
              url: `${url.protocol}//${url.hostname}:${url.port}`,
              start_tls: security === 'STARTTLS' && url.protocol === 'ldap:',
              bind_dn: settings.BindUsername,
              bind_password: settings.BindPassword,
              base_dn: settings.BaseDN,
            },
          ];
    });
}

function ldapUrl(host: string, scheme: string, port: number): URL | null {
  // A bare IPv6 address has colons that are no port.
  const bare = /^[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(host) ? `[${host}]` : host;
  const url = URL.parse(/^ldaps?:\/\//i.test(bare) ? bare : `${scheme}://${bare}`);
  if (url === null || url.hostname === '') {
    return null;
  }
  if (url.port === '') {
    // An address that names its own scheme means that scheme's port, unless the settings name another one.
    url.port = String(url.protocol === 'ldaps:' && port === 389 ? 636 : port);
  }
  return url;
}
