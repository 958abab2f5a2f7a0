import type { Access } from '@pontage/contracts/resource-registry';
import type { CallWork } from '../call/call-transactions.js';
import type { OrganisationStore } from './organisation-store.js';

/** True when a group that manages no resource is given one, or all of them, to manage. */
export const beginsToManage = (before: Access | 'none' | undefined, after: Access | 'none'): boolean =>
  manages(after) && !manages(before ?? 'none');

const manages = (access: Access | 'none'): boolean => access === 'edit' || access === 'own';

/** Resources are open to members without a group until a group manages some. Whoever runs the organisation may open them again. */
export async function closeResources(work: CallWork, organisations: OrganisationStore): Promise<void> {
  const organisation = await organisations.find(work, 'change');
  if (!organisation.openResources) return;
  await organisations.update(work, { ...organisation, openResources: false, version: organisation.version + 1 });
  work.record('organisation.updated', { changes: [{ pointer: '/openResources', from: true, to: false }] });
}
