import 'reflect-metadata';
import { readSettings } from '@pontage/settings';
import { runService } from '@pontage/telemetry';
import { gatewaySettings } from './settings.js';
import { startGateway } from './start-gateway.js';

runService('gateway', (context) => startGateway(readSettings(gatewaySettings), context));
