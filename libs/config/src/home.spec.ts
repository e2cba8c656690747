import { describe, expect, it } from 'vitest';
import { childEnvironment, readEnvironment } from './environment.js';
import { homeLayout, resolveHome } from './home.js';

describe('CORDBOARD_HOME', () => {
  it('is var/ in the clone unless given, then relative to where one stands', () => {
    expect(resolveHome({}, '/clone')).toBe('/clone/var');
    expect(resolveHome({ CORDBOARD_HOME: '' }, '/clone')).toBe('/clone/var');
    expect(resolveHome({ CORDBOARD_HOME: 'other' }, '/clone', '/somewhere')).toBe('/somewhere/other');
  });

  it('names no path outside of itself, whatever the id', () => {
    const layout = homeLayout('/home/cordboard');
    expect(layout.instance('0b7c').config).toBe('/home/cordboard/instances/0b7c/config.json');
    expect(layout.certificate('router').keyFile).toBe('/home/cordboard/pki/router.key');
    for (const name of ['../etc', 'a/b', '', '.', '..', 'a\0b', '-x']) expect(() => layout.instance(name)).toThrow(RangeError);
  });
});

describe('the environment', () => {
  it('counts empty variables as absent and knows the clone', () => {
    const environment = readEnvironment({ CI: 'false', DATABASE_URL: '', CORDBOARD_CONTROL_PORT: '9000' });
    expect(environment).toMatchObject({ ci: false, databaseUrl: undefined, controlPort: '9000' });
    expect(environment.home).toBe(`${environment.cloneRoot}/var`);
    expect(readEnvironment({ CI: '1' }).ci).toBe(true);
  });

  it('S-69 what could change a child program is not passed on', () => {
    expect(
      childEnvironment(
        { LC_ALL: 'C' },
        { PATH: '/bin', NODE_OPTIONS: '--require /evil.js', LD_PRELOAD: '/evil.so', DATABASE_URL: 'postgres://owner' },
      ),
    ).toEqual({
      PATH: '/bin',
      LC_ALL: 'C',
    });
  });
});
