import { checkpoint } from '@pontage/contracts/audit-log';
import { auditEvent } from '@pontage/contracts/events';
import {
  app,
  configVariable,
  group,
  organisation,
  resource,
  resourceVersion,
  savedQuery,
  token,
} from '@pontage/contracts/resource-registry';
import { NamedSchemas } from './schema-of.js';

/** What the OpenAPI document calls the things that we keep. */
export const namedSchemas = new NamedSchemas({
  App: app,
  AuditEvent: auditEvent,
  Checkpoint: checkpoint,
  ConfigVariable: configVariable,
  Group: group,
  Organisation: organisation,
  Resource: resource,
  ResourceVersion: resourceVersion,
  SavedQuery: savedQuery,
  Token: token,
});
