/** A place for `{{ config.NAME }}`, and what the upstream receives there. */
export interface VariablePlace {
  readonly label: string;
  readonly settings: (template: string, upstream: string) => Record<string, unknown>;
  readonly arrives: (secret: string) => string;
  /** `target`, `body`, or the name of a header. */
  readonly where: string;
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
const authentication = (fields: object) => ({ authentication: fields });
const strict = (secret: string) => encodeURIComponent(secret).replaceAll("'", '%27');
/** Every place of a resource's settings, and fields of its authentication. */
export const variablePlaces: VariablePlace[] = [
  {
    label: 'path of the base URL',
    settings: (template, upstream) => ({ baseUrl: `${upstream}/echo/${template}` }),
    arrives: (secret) => `/echo/${encodeURIComponent(secret)}/echo`,
    where: 'target',
  },
  {
    label: 'query of the base URL',
    settings: (template, upstream) => ({ baseUrl: `${upstream}/?key=${template}` }),
    arrives: (secret) => `/echo?key=${strict(secret)}`,
    where: 'target',
  },
  {
    label: 'parameter',
    settings: (template) => ({ urlParams: [['key', template]] }),
    arrives: (secret) => `/echo?key=${strict(secret)}`,
    where: 'target',
  },
  {
    label: 'header',
    settings: (template) => ({ headers: [['X-Key', `Key ${template}`]] }),
    arrives: (secret) => `Key ${secret}`,
    where: 'x-key',
  },
  {
    label: 'sealed header',
    settings: (template) => ({ headers: [['Authorization', `Token ${template}`]] }),
    arrives: (secret) => `Token ${secret}`,
    where: 'authorization',
  },
  {
    label: 'sealed parameter',
    settings: (template) => ({ urlParams: [['key', { secret: `x${template}` }]] }),
    arrives: (secret) => `/echo?key=x${strict(secret)}`,
    where: 'target',
  },
  {
    label: 'cookie',
    settings: (template) => ({ cookies: [['sid', template]] }),
    arrives: (secret) => `sid=${secret}`,
    where: 'cookie',
  },
  {
    label: 'body pair',
    settings: (template) => ({ body: [['key', template]] }),
    arrives: (secret) => JSON.stringify({ key: secret }),
    where: 'body',
  },
  {
    label: 'api-key',
    settings: (value) => authentication({ method: 'api-key', in: 'header', name: 'X-Api-Key', value }),
    arrives: (secret) => secret,
    where: 'x-api-key',
  },
  {
    label: 'basic password',
    settings: (password) => authentication({ method: 'basic', username: 'u', password }),
    arrives: (secret) => basic('u', secret),
    where: 'authorization',
  },
  {
    label: 'basic user name, a readable field',
    settings: (username) => authentication({ method: 'basic', username, password: 'p' }),
    arrives: (secret) => basic(secret, 'p'),
    where: 'authorization',
  },
  {
    label: 'bearer token',
    settings: (token) => authentication({ method: 'bearer', token }),
    arrives: (secret) => `Bearer ${secret}`,
    where: 'authorization',
  },
];
