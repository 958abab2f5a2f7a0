import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseConfigValue } from '@pontage/contracts/auth-broker';
import { isProblem, leaseUnavailable, notFound } from '@pontage/problems';
import { LentValues, type Lent } from '../credential/lent-values.js';
import { noteLent } from '../credential/note-lent.js';

/** The value of a secret variable: which one, and where it belongs. */
export interface SecretVariable {
  readonly valueId: string;
  readonly environment: string;
  readonly name: string;
}

/** Values of secret variables that the broker has lent. */
export class SecretVariableCache {
  private readonly lent = new LentValues<string>();

  constructor(private readonly bus: Bus) {}

  /** The value when it is here and good. Another value has another id, so a change takes effect at once. */
  cached({ valueId }: SecretVariable): string | undefined {
    return this.lent.cached(valueId);
  }

  /** The value from the broker. @throws Problem `lease-unavailable` when it cannot be had */
  ask(variable: SecretVariable, call: Call): Promise<string> {
    return this.lent.ask(variable.valueId, () => this.fetch(variable, call));
  }

  private async fetch(variable: SecretVariable, call: Call): Promise<Lent<string>> {
    try {
      const lent = await this.bus.request(leaseConfigValue, variable, call);
      noteLent(call.org, [lent.value], lent.validForMs);
      return lent;
    } catch (cause) {
      if (!isProblem(cause, notFound)) throw cause;
      // It is not the caller who asks for something that is not there.
      throw leaseUnavailable(
        {},
        { cause, detail: `The value of the variable ${variable.name} is not there any more.` },
      );
    }
  }
}
