import { parseBaseUrl, type BaseUrl } from '@pontage/http-message';
import { invalidRequest } from '@pontage/problems';
import { parseTemplate, type Scope } from '@pontage/templates';
import { oncePer } from '../once-per.js';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import type { SecretLedger } from './injected-secrets.js';
import { at } from './render-pairs.js';
import { renderPath } from './render-path.js';

/** The base URL, rendered; the secret variables in it noted, as they stand there. @throws Problem with its pointer */
export function renderBaseUrl(
  resource: Pick<ResourceSnapshot, 'baseUrl'>,
  scope: Scope,
  ledger: SecretLedger,
): string | BaseUrl {
  const { baseUrl } = resource;
  if (!baseUrl.includes('{{')) return plainBase(resource);
  return at('/baseUrl', () => {
    const rendered = renderPath(baseUrl, scope);
    // What the URL class says of it could hold what the variables hold.
    if (!URL.canParse(rendered)) throw invalidRequest({}, { detail: 'With the values of its variables it is no URL.' });
    const secrets = ledger.variablesIn(parseTemplate(baseUrl));
    if (secrets.length > 0) noteUrl(new URL(rendered), secrets, ledger);
    return rendered;
  });
}

/** Of one with variables nothing is kept: they may be secret. */
const plainBase = oncePer(({ baseUrl }: Pick<ResourceSnapshot, 'baseUrl'>) => parseBaseUrl(baseUrl));

function noteUrl({ pathname, search }: URL, secrets: readonly string[], ledger: SecretLedger): void {
  const isSecret = (part: string): boolean => secrets.some((secret) => decoded(part).includes(secret));
  // A host is written in small letters.
  const texts = [...secrets, ...secrets.map((secret) => secret.toLowerCase()), ...pathname.split('/').filter(isSecret)];
  for (const text of texts) ledger.noteInUrl(text);
  for (const part of search.slice(1).split('&').filter(isSecret)) {
    const [name = ''] = part.split('=', 1);
    ledger.noteInUrl(part.slice(name.length + 1));
    ledger.noteParameter(decoded(name));
  }
}

/** Whatever is not an escape stays as it is: the settings' own text need not be well encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
