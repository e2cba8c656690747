import { describe, expect, it } from 'vitest';
import { readEnvironment } from '#config/environment';
import { explain, LaunchError } from './launch-error.js';
import { parseOptions } from './options.js';
import { lastComplaint } from './program.js';
import { commandsToTry, shellWord } from './run-summary.js';

const parse = (argv: string[], env: Record<string, string> = {}) => parseOptions(argv, readEnvironment(env), '/cwd');

describe('options of npm start', () => {
  it('flags come before the environment, the environment before defaults', () => {
    expect(parse([]).ports).toEqual({
      control: { port: 8470, askedBy: undefined },
      edgeHttp: { port: 8080, askedBy: undefined },
      edgeHttps: { port: 8443, askedBy: undefined },
      edgeExternal: { port: 8444, askedBy: undefined },
    });
    const asked = parse(['--control-port', '9001', '--home', 'here'], {
      CORDBOARD_CONTROL_PORT: '9002',
      CORDBOARD_EDGE_HTTP_PORT: '9003',
    });
    expect(asked.ports.control).toEqual({ port: 9001, askedBy: '--control-port' });
    expect(asked.ports.edgeHttp).toEqual({ port: 9003, askedBy: 'CORDBOARD_EDGE_HTTP_PORT' });
    expect(asked.home).toBe('/cwd/here');
  });

  it('what makes no sense is refused in one line that names where it was asked for', () => {
    expect(() => parse(['--control-port', 'http'])).toThrow('--control-port must be a port from 1 to 65535, not "http"');
    expect(() => parse([], { CORDBOARD_EDGE_HTTPS_PORT: '70000' })).toThrow(/^CORDBOARD_EDGE_HTTPS_PORT must be/);
    expect(() => parse(['--control-port', '8080'])).toThrow(/asked for twice/);
    expect(() => parse(['--colour'])).toThrow(LaunchError);
  });

  it('known causes are explained with what to do', () => {
    expect(explain(Object.assign(new Error('write'), { code: 'ENOSPC', path: '/x' }))).toBe(
      'the disk is full (/x): free some space and start again',
    );
    expect(explain(Object.assign(new Error('open'), { code: 'EACCES', path: '/x' }))).toMatch(
      /^no permission \(\/x\): start as the owner/,
    );
    expect(explain(new Error('first\nsecond'))).toBe('first');
  });

  it('the last complaint of a program is the message of its last error', () => {
    expect(
      lastComplaint('{"level":"error","msg":"port taken","err":{"message":"EADDRINUSE"}}\n{"level":"info","msg":"bye"}\n'),
    ).toBe('port taken: EADDRINUSE');
    expect(lastComplaint('node:internal\n\nTypeError: odd\n    at x (y:1)\n\nNode.js v20\n')).toBe('TypeError: odd');
    expect(lastComplaint('')).toBeUndefined();
  });

  it('the commands to try survive the shell', () => {
    expect(shellWord(`it's $HOME`)).toBe(`'it'\\''s $HOME'`);
    const tenant = {
      id: '',
      slug: 'sample',
      companyName: 'Sample Company',
      key: 'cbk_t',
      application: { name: 'Demo', applicationPassword: 'a', localPassword: 'b' },
      controllers: [],
      instances: [],
    };
    const run = {
      control: { base: 'http://127.0.0.1:8470', adminKey: 'k' },
      edge: { http: 'http://h', https: 'https://h', caFile: '/a b/ca.crt' },
      tenant,
    };
    const commands = commandsToTry({ cloneRoot: '/the clone', home: '/h', isDefaultHome: false, run }).map(
      ({ command }) => command,
    );
    expect(commands).toHaveLength(4);
    expect(commands[0]).toBe(`(cd '/the clone' && CORDBOARD_HOME=/h npm run demo)`);
    expect(commands[2]).toContain(`--cacert '/a b/ca.crt'`);
  });
});
