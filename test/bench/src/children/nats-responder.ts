import { connect } from '@nats-io/transport-node';
import { serveParent } from './child.js';

// Answers on the bus with what it got: half of a bare round trip.

const [url = '', subject = ''] = process.argv.slice(2);
const { username, password, host } = new URL(url);
const connection = await connect({ servers: host, user: username, pass: decodeURIComponent(password) });
connection.subscribe(subject, { callback: (_, message) => void message.respond(message.data) });
await connection.flush();
serveParent(null);
