import { credentialVariables } from '@pontage/auth-methods';
import type { Lease } from '@pontage/contracts/auth-broker';
import { parseTemplate, variablesIn } from '@pontage/templates';
import type { SealedTexts } from '../credential/sealed-value-cache.js';
import type { ResourceSnapshot } from '../policy/resource-index.js';
import { oncePer } from '../once-per.js';

/** The configuration variables that a resource's readable settings name; looked for once per snapshot. */
export const variablesOfSettings = oncePer((resource: ResourceSnapshot): readonly string[] => {
  const { baseUrl, urlParams, headers, body, cookies } = resource;
  const values = [...urlParams, ...headers, ...body, ...cookies].map(([, value]) => value);
  return variablesOf([baseUrl, ...values.filter((value) => typeof value === 'string')]);
});

/** Those that sealed values name; looked for once per lease of them. */
export const variablesOfSealed = oncePer((sealed: SealedTexts): readonly string[] =>
  variablesOf(Object.values(sealed)),
);

/** Those that a leased credential names, or was made with; looked for once per lease. */
export const variablesOfLease = oncePer((lease: Lease): readonly string[] =>
  lease.variables === undefined ? credentialVariables(lease) : lease.variables.map(({ name }) => name),
);

/** True when a credential has to be rendered before it is used; looked for once per lease. */
export const namesVariables = oncePer((lease: Lease): boolean => credentialVariables(lease).length > 0);

const variablesOf = (texts: readonly string[]): readonly string[] => [
  ...new Set(texts.filter((text) => text.includes('{{')).flatMap((text) => variablesIn(parseTemplate(text)))),
];
