import { busSettings, readSettings } from '@pontage/settings';

/** The environment of a query-proxy: it needs the bus and nothing else. */
export const querySettings = () => readSettings(busSettings);
