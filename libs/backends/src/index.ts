export { keepPasswords, newPassword, writePrivately, type Passwords } from './passwords/keep-passwords.js';
export {
  natsLeafUsersConfig,
  natsOperator,
  natsPasswordVariable,
  natsUserNames,
  natsUsersConfig,
  standardRegions,
} from './nats/nats-users.js';
export { findNatsServer } from './nats/find-nats-server.js';
export { admitRegion } from './nats/admit-region.js';
export { startNats, type Nats } from './nats/start-nats.js';
export { databaseName, databaseRoles, ownerRole, prepareDatabase, serviceRoles } from './postgres/prepare-database.js';
export { startPostgres, superuserRole, type Postgres } from './postgres/start-postgres.js';
export { freePort, portIfFree } from './server/free-port.js';
export { commandLineOf, isAlive } from './server/process-table.js';
export { stopStranger, type Server } from './server/server.js';
