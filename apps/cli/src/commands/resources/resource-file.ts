import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { InputOf, PontageClient } from '@pontage/client';
import { parseAllDocuments } from 'yaml';
import { SecretReferences } from './secret-reference.js';

/** Resources as the API takes them. */
export type ResourceEntries = InputOf<'planResources'>['body']['resources'];
type Fields = Readonly<Record<string, unknown>>;

/** Which fields of which auth method are secret. */
type SecretFields = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The resources of YAML or JSON files, the secrets that they refer to in their places.
 * @throws Error with a line for each fault; no secret is in it
 */
export async function readResourceFiles(client: PontageClient, files: readonly string[]): Promise<ResourceEntries> {
  const { data } = await client.call('listAuthMethods');
  const fields: SecretFields = new Map(data.map(({ id, secrets }) => [id, new Set(propertiesOf(secrets))]));
  const entries = files.map((file) => ({ file, resources: entriesOf(file, fields) }));
  refuseRepeats(entries);
  return entries.flatMap(({ resources }) => resources);
}

function entriesOf(file: string, fields: SecretFields): ResourceEntries {
  const content = contentOf(file);
  const resources = isFields(content) ? content.resources : undefined;
  if (!Array.isArray(resources) || Object.keys(content as Fields).length > 1)
    throw new Error(`${file}: a file has "resources:", a list of them, and nothing else`);
  const references = new SecretReferences(dirname(file));
  const resolved = resources.map((each: unknown, index) =>
    withSecrets(each, nameOf(each) ?? `resources[${index}]`, fields, references),
  );
  if (references.faults.length > 0) throw new Error(references.faults.map((fault) => `${file}: ${fault}`).join('\n'));
  // What is not as the API takes it, the API refuses with a pointer.
  return resolved as ResourceEntries;
}

function contentOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = reasons[code ?? ''] ?? `cannot be read (${code})`;
    throw new Error(`${file}: ${why}`, { cause });
  }
  const [document, ...others] = parseAllDocuments(text);
  if (document === undefined) return undefined;
  if (others.length > 0) throw new Error(`${file}: it holds several YAML documents, and one is expected`);
  const [fault] = document.errors;
  if (fault !== undefined) throw new Error(`${file}: it is not YAML: ${fault.message.trimEnd()}`);
  try {
    return document.toJS();
  } catch (cause) {
    throw new Error(`${file}: it is not YAML: ${(cause as Error).message}`, { cause });
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder; name the files in it',
  EACCES: 'it may not be read',
};

/** The API refuses them, too, but knows no files. */
function refuseRepeats(entries: readonly { readonly file: string; readonly resources: ResourceEntries }[]): void {
  const seen = new Map<string, string>();
  const faults: string[] = [];
  for (const { file, resources } of entries)
    for (const name of resources.map(nameOf)) {
      const first = name === undefined ? undefined : seen.get(name);
      if (first !== undefined) faults.push(`${file}: ${name} is in ${first === file ? 'it' : first} already`);
      if (name !== undefined) seen.set(name, file);
    }
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** A resource, or what an environment of it has of its own, with its secrets. */
function withSecrets(given: unknown, where: string, fields: SecretFields, references: SecretReferences): unknown {
  if (!isFields(given)) return given;
  const entries = Object.entries(given).map(([name, value]): [string, unknown] => {
    const at = `${where}.${name}`;
    if (name === 'authentication') return [name, ofAuthentication(value, at, fields, references)];
    if (name === 'tls') return [name, ofTls(value, at, references)];
    if (name === 'environments' && isFields(value)) {
      const own = Object.entries(value).map(([environment, each]) => [
        environment,
        withSecrets(each, `${at}.${environment}`, fields, references),
      ]);
      return [name, Object.fromEntries(own)];
    }
    return [
      name,
      Array.isArray(value) ? value.map((pair, index) => ofPair(name, pair, `${at}[${index}]`, references)) : value,
    ];
  });
  return Object.fromEntries(entries);
}

function ofAuthentication(value: unknown, at: string, fields: SecretFields, references: SecretReferences): unknown {
  if (!isFields(value)) return value;
  const secret = fields.get(String(value.method));
  const entries = Object.entries(value).map(([name, field]) => [
    name,
    secret?.has(name) === true ? references.resolve(field, `${at}.${name}`) : field,
  ]);
  return Object.fromEntries(entries);
}

function ofTls(value: unknown, at: string, references: SecretReferences): unknown {
  if (!isFields(value)) return value;
  const { clientKey } = value;
  if (clientKey === undefined || clientKey === null) return value;
  return { ...value, clientKey: references.resolve(clientKey, `${at}.clientKey`) };
}

/** A pair whose value is `{ "secret": … }`; an Authorization header is always a secret. */
function ofPair(setting: string, pair: unknown, at: string, references: SecretReferences): unknown {
  if (!Array.isArray(pair)) return pair;
  const [name, value] = pair as [unknown, unknown];
  if (isFields(value) && 'secret' in value) return [name, { ...value, secret: references.resolve(value.secret, at) }];
  const isAuthorization = setting === 'headers' && String(name).toLowerCase() === 'authorization';
  return isAuthorization ? [name, references.resolve(value, at)] : pair;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const propertiesOf = (schema: unknown): string[] => Object.keys((schema as { properties?: object }).properties ?? {});

const nameOf = (given: unknown): string | undefined =>
  isFields(given) && typeof given.name === 'string' ? given.name : undefined;
