import {expect, test} from '@jest/globals';
import type {ProbeTarget} from './port.ts';
import {enabledProviders, probeTargets} from './targets.ts';

const gitlab = {
  Enable: true,
  Id: 'client-1',
  Secret: 's3cret',
  Scope: 'read_user',
  AuthEndpoint: 'https://idp.test/oauth/authorize',
  TokenEndpoint: 'https://idp.test/oauth/token',
  UserAPIEndpoint: 'https://idp.test/api/v4/user',
  DiscoveryEndpoint: '',
};
const ldap = (changes: Record<string, unknown>): Record<string, unknown> => ({
  LdapSettings: {
    Enable: true,
    LdapServer: 'dc1.corp.test',
    LdapPort: 389,
    ConnectionSecurity: '',
    BindUsername: 'cn=mm',
    BindPassword: 'pw',
    BaseDN: 'dc=corp',
    ...changes,
  },
});
const ldapUrls = (changes: Record<string, unknown>): [string, string, boolean][] =>
  probeTargets(ldap(changes), '').map((target) => {
    const {probe, url, start_tls: startTls} = target as Extract<ProbeTarget, {kind: 'ldap'}>;
    return [probe, url, startTls];
  });

test('a switched-on OAuth provider is asked where Mattermost would ask it, and its client secret is in no target', () => {
  const targets = probeTargets(
    {GitLabSettings: gitlab, GoogleSettings: {...gitlab, Enable: false}},
    'https://chat.test/',
  );
  expect(targets.map(({provider, probe}) => `${provider} ${probe}`)).toEqual([
    'gitlab authorize',
    'gitlab token',
    'gitlab userinfo',
  ]);
  expect(targets[0]).toMatchObject({
    client_id: 'client-1',
    url: 'https://idp.test/oauth/authorize?redirect_uri=https%3A%2F%2Fchat.test%2Fsignup%2Fgitlab%2Fcomplete&scope=read_user',
  });
  expect(JSON.stringify(targets)).not.toContain('s3cret');
});

test('an OpenID provider that is known by its discovery address alone is asked there', () => {
  const config = {
    OpenIdSettings: {Enable: true, Id: 'c', DiscoveryEndpoint: 'https://idp.test/.well-known/openid-configuration'},
  };
  expect(probeTargets(config, 'https://chat.test').map(({probe}) => probe)).toEqual(['discovery']);
});

test('SAML is asked at its sign-in page and its metadata', () => {
  const config = {
    SamlSettings: {Enable: true, IdpURL: 'https://idp.test/saml', IdpMetadataURL: 'https://idp.test/metadata'},
  };
  expect(probeTargets(config, '').map(({probe}) => probe)).toEqual(['sign_in_page', 'metadata']);
  expect(
    probeTargets({SamlSettings: {Enable: true, IdpURL: 'https://idp.test/saml', IdpMetadataURL: 'not a url'}}, '').map(
      ({probe}) => probe,
    ),
  ).toEqual(['sign_in_page']);
});

test.each<[string, Record<string, unknown>, [string, string, boolean][]]>([
  ['one host', {}, [['ldap:dc1.corp.test:389', 'ldap://dc1.corp.test:389', false]]],
  [
    'several hosts',
    {LdapServer: 'dc1, dc2  dc3'},
    [
      ['ldap:dc1:389', 'ldap://dc1:389', false],
      ['ldap:dc2:389', 'ldap://dc2:389', false],
      ['ldap:dc3:389', 'ldap://dc3:389', false],
    ],
  ],
  ['a host with a port', {LdapServer: 'dc1:3389'}, [['ldap:dc1:3389', 'ldap://dc1:3389', false]]],
  ['TLS', {ConnectionSecurity: 'TLS', LdapPort: 636}, [['ldap:dc1.corp.test:636', 'ldaps://dc1.corp.test:636', false]]],
  ['StartTLS', {ConnectionSecurity: 'STARTTLS'}, [['ldap:dc1.corp.test:389', 'ldap://dc1.corp.test:389', true]]],
  [
    'an ldaps address',
    {LdapServer: 'ldaps://dc1.corp.test'},
    [['ldap:dc1.corp.test:636', 'ldaps://dc1.corp.test:636', false]],
  ],
  ['an IPv6 address', {LdapServer: '::1'}, [['ldap:[::1]:389', 'ldap://[::1]:389', false]]],
  ['no host', {LdapServer: ''}, []],
])('LDAP with %s gives one target for each host', (_name, changes, expected) => {
  expect(ldapUrls(changes)).toEqual(expected);
});

test('a directory that is used for the sync alone is watched too', () => {
  expect(ldapUrls({Enable: false, EnableSync: true})).toHaveLength(1);
  expect(enabledProviders(ldap({Enable: false}))).toEqual([]);
});

test('enabled providers carry the names that accounts carry', () => {
  expect(
    enabledProviders({
      GitLabSettings: gitlab,
      Office365Settings: {Enable: true},
      SamlSettings: {Enable: true},
      ...ldap({}),
    }),
  ).toEqual(['gitlab', 'office365', 'saml', 'ldap']);
  expect(enabledProviders({})).toEqual([]);
});
