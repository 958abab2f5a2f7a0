export { currentUser, type CurrentUser } from './current-user.js';
export { runQuery, type QueryResult } from './run-query.js';
export { watchParentData } from './parent-data.js';
export { EmbedProblem } from './embedded-api.js';
