import type { CallWork } from '../call/call-transactions.js';
import { changesBetween } from '../call/changes.js';
import { chosenOf, type SavedResource } from './resource.js';

const at = ({ id, version }: SavedResource) => ({ id, version });

/** Says that the caller added a resource. */
export function recordCreated(work: CallWork, resource: SavedResource): void {
  work.record('resource.created', { resource: at(resource), changes: changesBetween({}, chosenOf(resource)) });
}

/** Says that the caller changed a resource, and what of it. */
export function recordUpdated(work: CallWork, before: SavedResource, after: SavedResource): void {
  const changes = changesBetween(chosenOf(before), chosenOf(after));
  work.record('resource.updated', { resource: at(after), changes });
}

/** Says that the caller deleted a resource. */
export function recordDeleted(work: CallWork, resource: SavedResource): void {
  work.record('resource.deleted', { resource: at(resource), changes: changesBetween(chosenOf(resource), {}) });
}
