import type { Bus } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import { leaseConfigValue } from '@pontage/contracts/auth-broker';
import { isProblem, leaseUnavailable, notFound } from '@pontage/problems';
import { liveSecrets } from '@pontage/telemetry';

/** The value of a secret variable: which one, and where it belongs. */
export interface SecretVariable {
  readonly valueId: string;
  readonly environment: string;
  readonly name: string;
}

/** A query may run so long with a value that has just ended. */
const shortestNoteMs = 120_000;

interface Kept {
  readonly value: string;
  /** On this process's own monotonic clock. */
  readonly until: number;
}

/** Values of secret variables, kept as long as the broker said; many askers at once make one question. */
export class SecretVariableCache {
  private readonly kept = new Map<string, Kept>();
  private readonly asking = new Map<string, Promise<string>>();

  constructor(private readonly bus: Bus) {}

  /** The value when it is here and good. Another value has another id, so a change takes effect at once. */
  cached({ valueId }: SecretVariable): string | undefined {
    const kept = this.kept.get(valueId);
    return kept !== undefined && kept.until > performance.now() ? kept.value : undefined;
  }

  /** The value from the broker. @throws Problem `lease-unavailable` when it cannot be had */
  ask(variable: SecretVariable, call: Call): Promise<string> {
    const { valueId } = variable;
    const asked = this.asking.get(valueId);
    if (asked !== undefined) return asked;
    const asking = this.fetch(variable, call).finally(() => this.asking.delete(valueId));
    this.asking.set(valueId, asking);
    return asking;
  }

  private async fetch(variable: SecretVariable, call: Call): Promise<string> {
    try {
      const { value, validForMs } = await this.bus.request(leaseConfigValue, variable, call);
      liveSecrets.note(call.org, [value], Math.max(validForMs, shortestNoteMs));
      const now = performance.now();
      // Secrets do not stay in memory longer than they are good for.
      for (const [id, { until }] of this.kept) if (until <= now) this.kept.delete(id);
      this.kept.set(variable.valueId, { value, until: now + validForMs });
      return value;
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
