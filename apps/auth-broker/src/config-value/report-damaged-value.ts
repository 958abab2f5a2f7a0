import { auditOf } from '@pontage/bus';
import type { Call } from '@pontage/contracts';
import type { UnitOfWork } from '@pontage/persistence';

/** Records that the secret value of a variable was altered, stands in the wrong place, or lost its master key. Nothing of it was used. */
export async function reportDamagedValue(
  unitOfWork: UnitOfWork,
  call: Call,
  of: { readonly environment: string; readonly name: string; readonly valueId: string | null },
): Promise<void> {
  const { environment, name, valueId } = of;
  await unitOfWork.run(call.org, (work) => {
    work.audit({
      ...auditOf(call),
      action: 'credential.damaged',
      outcome: 'failure',
      data: { variable: name, environment, valueId, part: 'config value' },
    });
    return Promise.resolve();
  });
}
