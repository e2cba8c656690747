import { describe, expect, it } from 'vitest';
import { createLogger, nestLogger } from './logger.js';

function capture(level: 'info' | 'trace' = 'info') {
  const written: string[] = [];
  const logger = createLogger('sample', { level, destination: { write: (line: string) => void written.push(line) } });
  return { logger, written, last: () => JSON.parse(written.at(-1) ?? '') as Record<string, unknown> };
}

describe('the log', () => {
  it('S-74 a secret is in no entry, whatever its member is called and however deep it is', () => {
    const { logger, written } = capture();
    const canary = 'canary-7f3a';
    const names = [
      'password',
      'applicationPassword',
      'localPassword',
      'token',
      'accessToken',
      'authorization',
      'Authorization',
      'cookie',
      'set-cookie',
      'key',
      'adminKey',
      'apiKey',
      'privateKey',
      'secret',
      'databaseUrl',
      'keyPem',
    ];
    for (const name of names) {
      logger.info({ [name]: canary, a: { b: [{ [name]: canary }] } }, 'entry');
      logger.info({ [name]: [canary] }, 'entry');
      logger.info({ [name]: { inner: canary } }, 'entry');
    }
    expect(written.join('')).not.toContain(canary);
    expect(written).toHaveLength(names.length * 3);
  });

  it('S-74 a line break in text, value or name does not make a second line or a member of its own', () => {
    const { logger, written, last } = capture();
    logger.info({ 'na"me\r\nlevel": "fatal': 1, text: 'one\r\n{"level":"fatal"}\u001b[31m' }, 'two\nlines');
    expect(written).toHaveLength(1);
    expect(written[0]?.trimEnd().split(/[\r\n]/)).toHaveLength(1);
    expect(last()).toMatchObject({ level: 'info', msg: 'two\nlines', program: 'sample' });
  });

  it('shows an error with its code and its causes, and is not upset by cycles, depth or prototypes', () => {
    const { logger, last } = capture();
    const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'E_SAMPLE', password: 'canary' });
    logger.error({ err: error }, 'failed');
    expect(last()['err']).toMatchObject({ message: 'outer', code: 'E_SAMPLE', cause: { type: 'TypeError', message: 'inner' } });
    const cycle: Record<string, unknown> = { n: 1n };
    cycle['self'] = cycle;
    logger.info({ cycle, evil: JSON.parse('{"__proto__":{"polluted":true}}') as object }, 'odd');
    expect(last()['msg']).toBe('odd');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    logger.error(new Error('bare'));
    expect(last()).toMatchObject({ msg: 'bare', err: { message: 'bare' } });
  });

  it('serves as the logger of the framework, with its contexts', () => {
    const { logger, last } = capture('trace');
    const nest = nestLogger(logger);
    nest.log('started', 'Bootstrap');
    expect(last()).toMatchObject({ level: 'info', msg: 'started', context: 'Bootstrap' });
    nest.error('broken', 'Error: broken\n  at x', 'Router');
    expect(last()).toMatchObject({ level: 'error', msg: 'broken', context: 'Router', rest: ['Error: broken\n  at x'] });
    nest.verbose({ token: 'canary' });
    expect(last()).toMatchObject({ level: 'trace', data: { token: '[redacted]' } });
  });
});
