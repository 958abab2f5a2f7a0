import { sealedName, type SecretPlace } from '@pontage/contracts/auth-broker';
import type { SecretView } from '@pontage/contracts/resource-registry';
import { internal } from '@pontage/problems';
import { variablesIn, type Template } from '@pontage/templates';
import type { SealedTexts } from '../credential/sealed-value-cache.js';

/** The text of a secret variable that has been opened; undefined for every other one. */
export type SecretTextOf = (variable: string) => string | undefined;

/** Where secrets stand on a request besides its credential, and their texts. */
export interface InjectedSecrets {
  /** Lower-case names. */
  readonly headers: readonly string[];
  readonly queryParams: readonly string[];
  /** So that an answer that echoes one of them is sealed. */
  readonly texts: readonly string[];
  /** Those of the texts that stand in the base URL. */
  readonly urlTexts: readonly string[];
}

/** Puts sealed values in their places on one request, and keeps account of where they and secret variables went. */
export class SecretLedger implements InjectedSecrets {
  readonly headers: string[] = [];
  readonly queryParams: string[] = [];
  readonly texts: string[] = [];
  readonly urlTexts: string[] = [];

  constructor(
    private readonly sealed: SealedTexts,
    private readonly secretText: SecretTextOf,
  ) {}

  /** The text of a setting's value: itself, or what is sealed. */
  textOf(setting: SecretPlace['setting'], name: string, value: string | SecretView): string {
    if (typeof value === 'string') return value;
    const place = { setting, name: setting === 'headers' ? name.toLowerCase() : name };
    const text = this.sealed[sealedName(place, value.fingerprint)];
    if (text === undefined)
      throw internal({}, { note: `a sealed value of ${setting} is not among those of its resource` });
    return text;
  }

  /** Notes a secret that has been put on the request, as it stands there. */
  note(setting: SecretPlace['setting'], name: string, text: string): void {
    if (text !== '') this.texts.push(text);
    if (setting === 'headers') this.headers.push(name.toLowerCase());
    if (setting === 'cookies') this.headers.push('cookie');
    if (setting === 'urlParams') this.queryParams.push(name);
  }

  /** Notes the secret variables that a template of a setting has brought; a cookie's own encoding is none that is known of a text. */
  noteVariables(setting: SecretPlace['setting'], name: string, template: Template, text: string): void {
    const secrets = this.variablesIn(template);
    for (const secret of secrets) this.note(setting, name, secret);
    if (secrets.length > 0 && setting === 'cookies') this.note(setting, name, text);
  }

  /** Notes a part of the base URL that holds a secret. */
  noteInUrl(text: string): void {
    if (text === '') return;
    this.urlTexts.push(text);
    this.texts.push(text);
  }

  /** Notes a query parameter of the base URL that holds a secret. */
  noteParameter(name: string): void {
    this.queryParams.push(name);
  }

  /** Notes the secret variables that the credential is made of: where it stands, its method says. */
  noteCredential(variables: readonly string[]): void {
    for (const name of variables) {
      const text = this.secretText(name);
      if (text !== undefined && text !== '') this.texts.push(text);
    }
  }

  /** The texts of the secret variables that a template names. */
  variablesIn(template: Template): string[] {
    return variablesIn(template).flatMap((name) => this.secretText(name) ?? []);
  }
}
