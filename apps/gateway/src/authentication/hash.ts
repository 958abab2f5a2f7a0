import { hash } from 'node:crypto';

/** SHA-256 in hex: what is known of tokens, sessions and nonces anywhere but at their holder. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** True for a time that has come; null never does. */
export const isPast = (time: string | null): boolean => time !== null && Date.parse(time) <= Date.now();
