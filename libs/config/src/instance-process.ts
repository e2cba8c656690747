/** How the process of a gateway instance is started, whoever starts it. */

/**
 * For node, before the program.
 *
 * - With the first authority that anybody names, node reads all that it brings with it: 20 ms of each start and three quarters of a megabyte,
 *   though links and doors trust the installation's authority alone. Told to ask OpenSSL's store instead, which {@link INSTANCE_ENVIRONMENT}
 *   says is empty, it reads none: nothing is trusted but what is named. Who sends to receivers names node's own.
 * - V8 collects on the thread that works, in small steps, and not on threads beside it: instances share a host's cores, and to wait for a helper
 *   that has none is what the slowest events waited for. Young objects have room for 6 MB and not 48, and old ones may grow by a fifth before they
 *   are collected and not by as much again: at most times an instance makes little garbage (ADR 0095).
 */
export const INSTANCE_NODE_ARGUMENTS: readonly string[] = Object.freeze([
  '--use-openssl-ca',
  '--single-threaded-gc',
  '--max-semi-space-size=2',
  '--heap-growing-percent=20',
]);

export const INSTANCE_ENVIRONMENT: Readonly<Record<string, string>> = Object.freeze({
  NODE_ENV: 'production',
  SSL_CERT_FILE: '/dev/null',
  SSL_CERT_DIR: '/dev/null',
});
