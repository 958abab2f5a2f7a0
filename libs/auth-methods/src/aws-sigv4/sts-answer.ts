// What AWS STS answers (API version 2011-06-15, XML): the credentials of AssumeRole, or an error's code. Read strictly:
// each element exactly once, nothing but text in it. No XML parser is needed for that, and none of its dangers come in.

/** Keys that end: an assumed role's, or temporary ones that somebody was given. */
export interface SessionKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** What an assumed role's keys are, and until when. */
export interface RoleKeys {
  readonly keys: SessionKeys;
  readonly expiresAt: Date;
}

/** The keys in an answer; undefined when it is not exactly what the API describes. */
export function readRoleKeys(xml: string): RoleKeys | undefined {
  const credentials = within(xml, 'AssumeRoleResponse', 'AssumeRoleResult', 'Credentials');
  if (credentials === undefined) return undefined;
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
    'Expiration',
  ].map((name) => textOf(credentials, name));
  if (accessKeyId === undefined || secretAccessKey === undefined || sessionToken === undefined) return undefined;
  if (!/^\w{4,128}$/.test(accessKeyId) || ![secretAccessKey, sessionToken].every((text) => /^[!-~]+$/.test(text)))
    return undefined;
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(expiration ?? '');
  const expiresAt = new Date(isTime ? (expiration ?? '') : NaN);
  return Number.isNaN(expiresAt.getTime())
    ? undefined
    : { keys: { accessKeyId, secretAccessKey, sessionToken }, expiresAt };
}

/** The code of an error, `AccessDenied` for instance. */
export function readErrorCode(xml: string): string | undefined {
  const error = within(xml, 'ErrorResponse', 'Error');
  const code = error === undefined ? undefined : textOf(error, 'Code');
  return code !== undefined && /^[A-Za-z.]{1,100}$/.test(code) ? code : undefined;
}

function within(xml: string, ...names: readonly string[]): string | undefined {
  return names.reduce<string | undefined>(
    (outer, name) => (outer === undefined ? undefined : elementOf(outer, name)),
    xml,
  );
}

/** What stands inside the only element of that name. */
function elementOf(xml: string, name: string): string | undefined {
  const found = [...xml.matchAll(new RegExp(`<${name}(?:\\s[^<>]*)?>([\\s\\S]*?)</${name}>`, 'g'))];
  return found.length === 1 ? found[0]?.[1] : undefined;
}

function textOf(xml: string, name: string): string | undefined {
  const text = elementOf(xml, name)?.trim();
  if (text === undefined || text === '' || text.includes('<')) return undefined;
  return text.replaceAll(/&(?:amp|lt|gt|quot|apos);/g, (entity) => entities[entity] ?? entity);
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};
