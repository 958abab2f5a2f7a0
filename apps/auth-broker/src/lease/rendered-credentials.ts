import { credentialVariables, renderCredential, type AuthMethod, type Credential } from '@pontage/auth-methods';
import type { Call } from '@pontage/contracts';
import { leaseUnavailable } from '@pontage/problems';
import type { Scope } from '@pontage/templates';
import type { ConfigValues } from '../config-value/config-values.js';
import { noteSecrets } from '../secrets/note-secrets.js';
import type { ConfigEntry, ConfigVariables } from './config-variables.js';

/** The variables that a credential was rendered with, as the broker knew them. */
export type VariableVersions = { name: string; version: number }[];

/** A credential in clear with its templates filled in. */
export interface RenderedCredential {
  readonly credential: Credential;
  readonly versions: VariableVersions;
}

/** Fills in the configuration variables that the templates of credentials name, the secret ones opened. */
export class RenderedCredentials {
  constructor(
    private readonly variables: ConfigVariables,
    private readonly values: ConfigValues,
  ) {}

  /**
   * The credential as it is in an environment.
   * @throws Problem `unknown-variable`, `invalid-request` when it cannot be rendered; `lease-unavailable` when a secret
   * variable cannot be opened
   */
  async of(method: AuthMethod, stored: Credential, environment: string, call: Call): Promise<RenderedCredential> {
    const { scope, versions } = await this.scopeOf(call, environment, credentialVariables(stored));
    const credential = renderCredential(method, stored, scope);
    // With its variables filled in it is another text than the one that was opened.
    noteSecrets(call.org, credential.secrets);
    return { credential, versions };
  }

  /** These variables, as far as the environment has them. */
  private async scopeOf(
    call: Call,
    environment: string,
    names: readonly string[],
  ): Promise<{ scope: Scope; versions: VariableVersions }> {
    const found = await Promise.all(
      names.map(async (name) => {
        // Read first, so that it is never newer than the value: an older one means that somebody asks once more.
        const version = this.variables.versionOf(call.org, environment, name) ?? 0;
        const entry = await this.variables.find(call.org, environment, name);
        return { name, version, text: await this.textOf(call, environment, name, entry) };
      }),
    );
    const texts = found.flatMap(({ name, text }) => (text === undefined ? [] : [[name, text] as const]));
    return {
      scope: { config: Object.fromEntries(texts) },
      versions: found.map(({ name, version }) => ({ name, version })),
    };
  }

  private async textOf(
    call: Call,
    environment: string,
    name: string,
    entry: ConfigEntry | undefined,
  ): Promise<string | undefined> {
    if (entry === undefined || 'value' in entry) return entry?.value;
    const text = await this.values.open({ environment, name, id: entry.valueId }, call);
    if (text === undefined) throw leaseUnavailable({}, { detail: `The value of ${name} is not there any more.` });
    return text;
  }
}
