/** The services, one NATS user each; an egress worker's user is `egress-<region>`. */
export const services = [
  'gateway',
  'resource-registry',
  'auth-broker',
  'query-proxy',
  'egress-worker',
  'embed-session',
  'audit-log',
] as const;

export type Service = (typeof services)[number];
