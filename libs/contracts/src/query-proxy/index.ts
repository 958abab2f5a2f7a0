export {
  adHocQuery,
  queryBody,
  queryRequest,
  type AdHocQuery,
  type QueryBody,
  type QueryRequest,
} from './query-request.js';
export {
  attemptsPerRun,
  bodyHashes,
  inlineBodyBytes,
  runQuerySubject,
  type BodyHashes,
  type QueryCall,
  type RequestBody,
  type RunQuery,
} from './run-query.js';
export { checkSignIn, endSignIn, listSignInEvents, listSignIns, startSignIn } from './sign-in.js';
export { previewQuery, type RequestPreview } from './preview-query.js';
export { httpMethod } from '../resource-registry/http-method.js';
