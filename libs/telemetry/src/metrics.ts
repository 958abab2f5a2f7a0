import { collectDefaultMetrics, register } from 'prom-client';

/** The metrics of this process, as `/metrics` shows them. */
export const metrics = register;

collectDefaultMetrics({ register: metrics });
