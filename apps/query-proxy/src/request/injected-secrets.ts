import { sealedName, type SecretPlace } from '@pontage/contracts/auth-broker';
import type { SecretView } from '@pontage/contracts/resource-registry';
import { internal } from '@pontage/problems';
import type { SealedTexts } from '../credential/sealed-value-cache.js';

/** Where secrets stand on a request besides its credential, and their texts. */
export interface InjectedSecrets {
  /** Lower-case names. */
  readonly headers: readonly string[];
  readonly queryParams: readonly string[];
  /** So that an answer that echoes one of them is sealed. */
  readonly texts: readonly string[];
}

/** Puts sealed values in their places on one request, and keeps account of where they went. */
export class SecretLedger implements InjectedSecrets {
  readonly headers: string[] = [];
  readonly queryParams: string[] = [];
  readonly texts: string[] = [];

  constructor(private readonly sealed: SealedTexts) {}

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
}
