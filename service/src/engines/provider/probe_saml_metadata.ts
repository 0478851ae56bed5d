import {createHash} from 'node:crypto';

/** Whether a text is SAML metadata: its root is an EntityDescriptor, or a list of them. */
export function isSamlMetadata(text: string): boolean {
  const body = text
    .replace(/^\uFEFF/, '')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<\?[\s\S]*?\?>/g, '')
    .trimStart();
  return /^<(?:[\w.-]+:)?Entit(?:y|ies)Descriptor[\s>]/.test(body);
}

/**
 * Whether one of the provider's signing certificates is the one that Mattermost was given (PEM).
 * Null when the metadata names none. Read by pattern, because it is advice only and the text is at most 256 KiB; no signature is checked.
 */
export function hasSigningCertificate(metadata: string, pem: string): boolean | null {
  const [, provider] = /<(?:[\w.-]+:)?IDPSSODescriptor\b([\s\S]*)/.exec(metadata.replace(/<!--[\s\S]*?-->/g, '')) ?? [];
  const keys = (provider ?? '').matchAll(
    /<(?:[\w.-]+:)?KeyDescriptor\b([^>]*)>([\s\S]*?)<\/(?:[\w.-]+:)?KeyDescriptor>/g,
  );
  const signing = [...keys].filter(([, attributes]) => !/\buse\s*=\s*["']encryption["']/.test(attributes ?? ''));
  const certificates = signing.flatMap(([, , body]) =>
    [...(body ?? '').matchAll(/<(?:[\w.-]+:)?X509Certificate[^>]*>([^<]+)</g)].map(([, text]) =>
      fingerprint(text ?? ''),
    ),
  );
  return certificates.length === 0 ? null : certificates.includes(fingerprint(pem));
}

function fingerprint(text: string): string {
  return createHash('sha256')
    .update(Buffer.from(text.replace(/-----[^-]+-----/g, '').replace(/\s+/g, ''), 'base64'))
    .digest('hex');
}
