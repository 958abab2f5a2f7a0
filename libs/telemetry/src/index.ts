export { createLogger, type Logger } from './logger.js';
export { nestLogger } from './nest-logger.js';
export { serveHealth, type HealthServer } from './health.js';
export { metrics } from './metrics.js';
export { runService, type ServiceContext } from './run-service.js';
export { destinationsOf, guardOutbound, OutboundRefused, type Destination } from './outbound-guard.js';
export { liveSecrets, LiveSecrets, thisProcess, type OwnedTexts, type Owner } from './redaction/live-secrets.js';
export { secretTexts } from './redaction/secret-texts.js';
export { outboundScan, OutboundScan, type Exposure, type Outlet } from './redaction/outbound-scan.js';
