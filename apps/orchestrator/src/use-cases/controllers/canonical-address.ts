import { BlockList, isIPv6, SocketAddress } from 'node:net';

/** Nobody's address, everybody's address: not one machine. */
const NOT_ONE_MACHINE = new BlockList();
NOT_ONE_MACHINE.addSubnet('0.0.0.0', 8);
NOT_ONE_MACHINE.addSubnet('224.0.0.0', 3);
NOT_ONE_MACHINE.addAddress('::', 'ipv6');
NOT_ONE_MACHINE.addSubnet('ff00::', 8, 'ipv6');

/**
 * One text per address, so that "unique in the tenant" means the machine: IPv6 shortened and in lower case, an IPv4 address inside
 * IPv6 as IPv4. Undefined for what cannot be one machine's address.
 */
export function canonicalAddress(text: string): string | undefined {
  const family = isIPv6(text) ? 'ipv6' : 'ipv4';
  let address = new SocketAddress({ address: text, family }).address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) address = mapped;
  return NOT_ONE_MACHINE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') ? undefined : address;
}
