import type { AddressInfo } from 'node:net';
import httpProxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import { serveParent } from './child.js';

// The peer that every ratio is about: fastify with @fastify/http-proxy as its documentation sets it up.

const [upstream = ''] = process.argv.slice(2);
const server = fastify();
await server.register(httpProxy, { upstream });
await server.listen({ port: 0, host: '127.0.0.1' });
serveParent((server.server.address() as AddressInfo).port);
