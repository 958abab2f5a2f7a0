export type {
  App,
  AuditEvent,
  Checkpoint,
  ConfigVariable,
  Group,
  Organisation,
  Resource,
  ResourceVersion,
  SavedQuery,
  Token,
} from './api.generated.js';
export {
  PontageClient,
  type AnswerOf,
  type ArgumentsOf,
  type ElementOf,
  type InputOf,
  type ListName,
  type OperationName,
  type PontageClientOptions,
  type RawRequest,
  type RequestExtras,
} from './pontage-client.js';
export { PontageProblem, type FieldFault } from './pontage-problem.js';
