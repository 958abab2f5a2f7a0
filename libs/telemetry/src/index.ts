export { createLogger, type Logger } from './logger.js';
export { nestLogger } from './nest-logger.js';
export { serveHealth, type HealthServer } from './health.js';
export { metrics } from './metrics.js';
export { runService, type ServiceContext } from './run-service.js';
export { destinationsOf, guardOutbound, OutboundRefused, type Destination } from './outbound-guard.js';
