export {
  aliveSubject,
  busUser,
  busUsers,
  inboxPrefix,
  presenceOfAll,
  presenceSubject,
  type BusUser,
} from './bus-permissions.js';
