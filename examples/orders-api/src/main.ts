import { ordersServer } from './orders-server.js';
import { signingKey } from './signing-key.js';

const variable = (name: string): string => {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is missing`);
  return value;
};

const port = Number(variable('ORDERS_PORT'));
const server = ordersServer(`http://127.0.0.1:${port}/oidc`, {
  client: { id: variable('ORDERS_CLIENT_ID'), secret: variable('ORDERS_CLIENT_SECRET') },
  apiKey: variable('ORDERS_API_KEY'),
  key: await signingKey(variable('ORDERS_KEY_FILE')),
  file: variable('ORDERS_FILE'),
});

const stop = (): void => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
};
process.once('SIGTERM', stop).once('SIGINT', stop).once('disconnect', stop);

server.once('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
server.listen(port, '127.0.0.1', () => {
  process.send?.({ ready: true, health: `http://127.0.0.1:${port}` });
});
