/** How the process of a gateway instance is started, whoever starts it. */

/**
 * For node, before the program.
 *
 * - With the first authority that anybody names, node reads all that it brings with it: 20 ms of each start and three quarters of a megabyte,
 *   though links and doors trust the installation's authority alone. Told to ask OpenSSL's store instead, which {@link INSTANCE_ENVIRONMENT}
 *   says is empty, it reads none: nothing is trusted but what is named. Who sends to receivers names node's own.
 * - V8 collects on the thread that works, in small steps, and not on threads beside it: instances share a host's cores, and to wait for a helper
 *   that has none is what the slowest events waited for (ADR 0095).
 *
 * None of them is a flag by which V8 knows compiled code (`cachedDataVersionTag`): with one that is, node compiles its own modules anew, 17 ms of each start.
 */
export const INSTANCE_NODE_ARGUMENTS: readonly string[] = Object.freeze(['--use-openssl-ca', '--single-threaded-gc']);

export const INSTANCE_ENVIRONMENT: Readonly<Record<string, string>> = Object.freeze({
  NODE_ENV: 'production',
  SSL_CERT_FILE: '/dev/null',
  SSL_CERT_DIR: '/dev/null',
});
