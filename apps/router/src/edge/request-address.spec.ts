import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from './request-address.js';
import { parseAbsolute, parseHost, parseTarget } from './request-target.js';

const PLAIN = { isSecure: false, serverName: '', port: 8080, edgeDomain: 'edge.example' };
const TLS = { isSecure: true, serverName: 'acme.edge.example', port: 8443, edgeDomain: 'edge.example' };
const at = (url: string, hostHeader: string | undefined, httpVersion = '1.1', connection = PLAIN) =>
  addressOf({ url, httpVersion, hostHeader }, connection);

describe('R-SES-05 S-53 where a request is addressed to', () => {
  it('HTTP/1.1 by its Host; an absolute target by its authority, whatever Host says', () => {
    expect(at('/a?b', 'X:81')).toEqual({ host: 'x:81', hostName: 'x', path: '/a', query: '?b' });
    expect(at('http://Y:82/a?b', 'x')).toEqual({ host: 'y:82', hostName: 'y', path: '/a', query: '?b' });
    expect(at('HTTP://y', 'x')).toEqual({ host: 'y', hostName: 'y', path: '/', query: '' });
    expect(at('http://y?b', 'x')).toEqual({ host: 'y', hostName: 'y', path: '/', query: '?b' });
    expect(at('https://y/a', 'x', '1.1', TLS)).toMatchObject({ host: 'y', path: '/a' });
  });

  it('HTTP/1.0 may have no Host: the name of the connection, else the edge domain; a Host or an authority goes before it', () => {
    expect(at('/a', undefined, '1.0')).toMatchObject({ host: 'edge.example:8080', hostName: 'edge.example' });
    expect(at('/a', undefined, '1.0', TLS)).toMatchObject({ host: 'acme.edge.example:8443', hostName: 'acme.edge.example' });
    expect(at('/a', undefined, '1.0', { ...TLS, serverName: 'a b' })).toMatchObject({ hostName: 'edge.example' });
    expect(at('/a', 'x', '1.0')).toMatchObject({ host: 'x' });
    expect(at('http://y/a', undefined, '1.0')).toMatchObject({ host: 'y' });
  });

  it.each<readonly [string, string, string | undefined, string]>([
    ['HTTP/1.1 without Host', '/a', undefined, '1.1'],
    ['an absolute target without Host', 'http://y/a', undefined, '1.1'],
    ['a Host that is none', '/a', 'a@b', '1.1'],
    ['a Host that is none, in HTTP/1.0', '/a', '', '1.0'],
    ['a Host that is none beside an authority', 'http://y/a', 'a@b', '1.1'],
    ['https without TLS', 'https://y/a', 'y', '1.1'],
    ['another scheme', 'ftp://y/a', 'y', '1.1'],
    ['user information', 'http://u@y/a', 'y', '1.1'],
    ['no authority', 'http:///a', 'y', '1.1'],
    ['a path in two ways', 'http://y/a/../b', 'y', '1.1'],
    ['a target within the target', 'http://y/http://z/a', 'y', '1.1'],
    ['a fragment', 'http://y/a#b', 'y', '1.1'],
    ['a backslash for the slash', 'http://y\\z/a', 'y', '1.1'],
    ['the form of CONNECT', 'y:80', 'y', '1.1'],
  ])('%s is refused', (_name, url, host, version) => {
    expect(at(url, host, version)).toMatchObject({ code: 'MALFORMED_REQUEST' });
  });

  it('property: what passes as an absolute target means the same to every reader of addresses', () => {
    const piece = fc.constantFrom(
      'http',
      'https',
      '://',
      '/',
      '//',
      '\\',
      '@',
      ':',
      '?',
      '#',
      ':8080',
      'a',
      'b.c',
      '[::1]',
      '..',
      '%2f',
      ' ',
    );
    let passed = 0;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const url = `http://${pieces.join('')}`;
        const address = at(url, 'x');
        if ('code' in address) return;
        passed += 1;
        const read = new URL(url);
        expect([read.username, read.password, read.hostname, read.pathname]).toEqual(['', '', address.hostName, address.path]);
      }),
      { numRuns: 3000 },
    );
    expect(passed).toBeGreaterThan(50);
  });

  it('the absolute form is taken apart, and nothing else is', () => {
    expect(parseAbsolute('GOPHER://a:b@c/d')).toEqual({ scheme: 'gopher', authority: 'a:b@c', rest: '/d' });
    for (const url of ['/a', '*', 'a:1', '//a/b', 'http:/a', '://a', '1http://a'])
      expect(parseAbsolute(url), url).toBeUndefined();
    expect([parseTarget('http://a/b'), parseHost('a:b')]).toEqual([undefined, undefined]);
  });
});
