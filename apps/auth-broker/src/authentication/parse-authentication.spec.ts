import { describe, expect, it } from '@jest/globals';
import { isProblem, type Problem } from '@pontage/problems';
import { parseAuthentication } from './parse-authentication.js';

const secret = 'canary-5ecret';

function problemOf(authentication: Record<string, unknown>): Problem {
  try {
    parseAuthentication(authentication);
  } catch (error) {
    if (isProblem(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
const pointersOf = (authentication: Record<string, unknown>) =>
  problemOf(authentication).errors.map(({ pointer }) => pointer);

describe('parseAuthentication', () => {
  it('tells settings, given secrets and kept ones apart', () => {
    expect(parseAuthentication({ method: 'basic', username: 'u', password: secret })).toMatchObject({
      settings: { username: 'u' },
      secrets: { password: secret },
      kept: [],
    });
    expect(
      parseAuthentication({ method: 'basic', username: 'u', password: { set: true, fingerprint: 'x' } }),
    ).toMatchObject({ secrets: {}, kept: ['password'] });
  });

  it('fills in defaults of the settings', () => {
    const { settings } = parseAuthentication({
      method: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: 'https://h/t',
      clientId: 'c',
      clientSecret: secret,
    });
    expect(settings).toMatchObject({ clientAuthentication: 'basic', scopes: [] });
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['no method', {}, ['/authentication/method']],
    ['an unknown method', { method: 'kerberos' }, ['/authentication/method']],
    ['a method that is inherited', { method: 'constructor' }, ['/authentication/method']],
    ['a method that is no text', { method: 1 }, ['/authentication/method']],
    ['an unknown field', { method: 'none', password: secret }, ['/authentication/password']],
    [
      'a field of that name of every object',
      { method: 'bearer', token: secret, constructor: 'x' },
      ['/authentication/constructor'],
    ],
    ['a missing secret', { method: 'bearer' }, ['/authentication/token']],
    ['a secret of the wrong type', { method: 'bearer', token: { value: secret } }, ['/authentication/token']],
    ['a placeholder that is not set', { method: 'bearer', token: { set: false } }, ['/authentication/token']],
    [
      'a placeholder in a readable field',
      { method: 'basic', username: { set: true }, password: secret },
      ['/authentication/username'],
    ],
    ['a line break', { method: 'bearer', token: `${secret}\r\nX: y` }, ['/authentication/token']],
    [
      'several faults at once',
      { method: 'oauth2', grant: 'password', clientId: '', clientSecret: 5, x: 1 },
      ['/authentication/x', '/authentication/grant', '/authentication/clientId', '/authentication/clientSecret'],
    ],
    ['an expression', { method: 'bearer', token: `{{ "${secret}" + 1 }}` }, ['/authentication/token']],
    [
      'a variable of the user',
      { method: 'basic', username: '{{ current_user.email }}', password: secret },
      ['/authentication/username'],
    ],
  ])('points at %s, and repeats no secret', (_, authentication, pointers) => {
    expect(pointersOf(authentication).sort()).toEqual([...pointers].sort());
    const problem = problemOf(authentication);
    expect(JSON.stringify([problem.toWire(), problem.message, problem.stack])).not.toContain(secret);
  });

  it('lets configuration variables stand in any text', () => {
    expect(parseAuthentication({ method: 'bearer', token: '{{ config.TOKEN }}' }).secrets).toEqual({
      token: '{{ config.TOKEN }}',
    });
  });
});
