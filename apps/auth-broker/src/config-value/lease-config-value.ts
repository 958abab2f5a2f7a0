import { serves } from '@pontage/bus';
import type { Call, ParsedRequestOf, ReplyOf } from '@pontage/contracts';
import { leaseConfigValue } from '@pontage/contracts/auth-broker';
import { notFound } from '@pontage/problems';
import { ConfigValues } from './config-values.js';

/** Another value has another id, so this is only about how long one that was replaced can still be used. */
const leaseMs = 5 * 60_000;

/** Lends a query-proxy the secret value of a variable. */
@serves(leaseConfigValue)
export class LeaseConfigValue {
  constructor(private readonly values: ConfigValues) {}

  async handle(
    { valueId, environment, name }: ParsedRequestOf<typeof leaseConfigValue>,
    call: Call,
  ): Promise<ReplyOf<typeof leaseConfigValue>> {
    const value = await this.values.open({ environment, name, id: valueId }, call);
    if (value === undefined) throw notFound({}, { detail: 'There is no such value of this variable.' });
    return { value, validForMs: leaseMs };
  }
}
