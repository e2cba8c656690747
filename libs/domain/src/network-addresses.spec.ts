import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayConnect, parseAddress, parseRange } from './network-addresses.js';

const byte = fc.integer({ min: 0, max: 255 });
const v4 = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const v6 = fc.ipV6();
const range = (text: string) => parseRange(text)!;

describe('addresses a tenant may have connected to', () => {
  it('S-42 refuses every special range, whatever the form, and lets public addresses through', () => {
    const denied = [
      ...[
        '127.0.0.1',
        '127.255.255.254',
        '0.0.0.0',
        '10.1.2.3',
        '172.16.0.1',
        '172.31.255.255',
        '192.168.1.1',
        '169.254.169.254',
      ],
      ...[
        '100.64.0.1',
        '100.127.255.255',
        '192.0.0.1',
        '198.18.0.1',
        '198.19.255.255',
        '224.0.0.1',
        '240.0.0.1',
        '255.255.255.255',
      ],
      ...['::', '::1', 'fe80::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8'],
      ...['64:ff9b::7f00:1', '64:ff9b:1::1', '2002:7f00:1::', '2001::1', '::127.0.0.1', '2001:db8::1', '100::1'],
    ];
    for (const address of denied) expect(mayConnect(address, []), address).toBe(false);
    for (const address of ['8.8.8.8', '1.1.1.1', '172.32.0.1', '100.128.0.1', '192.0.1.1', '2606:4700::1111', '2a00:1450::1'])
      expect(mayConnect(address, []), address).toBe(true);
    for (const text of [
      '',
      '127.1',
      '0x7f.1',
      '0177.0.0.1',
      '2130706433',
      'localhost',
      '1.2.3.4.',
      'fe80::1%eth0',
      '[::1]',
      '１.1.1.1',
    ])
      expect(mayConnect(text, []), text).toBe(false);
  });

  it('P13 S-42 agrees with a list of blocks of node on every IPv4 address, mapped ones never being public', () => {
    const list = new BlockList();
    for (const text of [
      ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
      ...['192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24'],
      ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
    ]) {
      const [address = '', bits = ''] = text.split('/');
      list.addSubnet(address, Number(bits));
    }
    fc.assert(
      fc.property(v4, (address) => {
        expect(mayConnect(address, [])).toBe(!list.check(address));
        expect(mayConnect(`::ffff:${address}`, [])).toBe(false);
        expect(mayConnect(`64:ff9b::${address}`, [])).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it('P13 reads every address that node does, and no other', () => {
    fc.assert(
      fc.property(fc.oneof(v4, v6, fc.string({ unit: fc.constantFrom(...'0123456789abcdf.:') })), (text) => {
        expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0);
      }),
      { numRuns: 5000 },
    );
  });

  it('an approved range lets private addresses through, and only its own; some never', () => {
    const approved = [
      range('10.20.0.0/16'),
      range('fd12::/16'),
      range('169.254.0.0/16'),
      range('0.0.0.0/0'),
      range('127.0.0.0/8'),
    ];
    expect(mayConnect('10.20.3.4', approved.slice(0, 1))).toBe(true);
    expect(mayConnect('::ffff:10.20.3.4', approved.slice(0, 1))).toBe(true);
    expect(mayConnect('10.21.0.1', approved.slice(0, 1))).toBe(false);
    expect(mayConnect('fd12::1', approved)).toBe(true);
    for (const address of ['169.254.169.254', '224.0.0.1', '0.0.0.0', 'fe80::1', '64:ff9b::a14:304', '2002:a14:304::'])
      expect(mayConnect(address, approved), address).toBe(false);
    expect(mayConnect('10.20.3.4', approved, new Set(['10.20.3.4']))).toBe(false);
  });

  it('reads ranges strictly: no bits behind, none too many', () => {
    for (const text of ['10.0.0.1/8', '10.0.0.0/33', '10.0.0.0', '10.0.0.0/', '::/129', 'fd00::1/8', '10/8', ' 10.0.0.0/8'])
      expect(parseRange(text), text).toBeUndefined();
    for (const text of ['10.0.0.0/8', '10.128.0.0/9', '0.0.0.0/0', '::/0', 'fd00::/8', '192.168.1.1/32'])
      expect(parseRange(text), text).toBeDefined();
  });
});
