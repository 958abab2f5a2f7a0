import 'reflect-metadata';
import { readSettings } from '@pontage/settings';
import { destinationsOf, guardOutbound, runService } from '@pontage/telemetry';
import { gatewaySettings } from './settings.js';
import { startGateway } from './start-gateway.js';

runService('gateway', (context) => {
  const settings = readSettings(gatewaySettings);
  guardOutbound(destinationsOf(settings.PONTAGE_NATS_URL, 4222));
  return startGateway(settings, context);
});
