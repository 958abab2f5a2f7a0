import { z } from 'zod';

/** Methods that a query may use; CONNECT and TRACE never leave. */
export const httpMethod = z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
