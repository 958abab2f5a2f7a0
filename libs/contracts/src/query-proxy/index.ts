export {
  adHocQuery,
  httpMethod,
  queryBody,
  queryRequest,
  type AdHocQuery,
  type QueryBody,
  type QueryRequest,
} from './query-request.js';
export { inlineBodyBytes, runQuerySubject, type QueryCall, type RequestBody, type RunQuery } from './run-query.js';
