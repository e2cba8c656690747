import { defineConfig } from 'vitest/config';

/** Three tiers, three names (docs/ARCHITECTURE.md): unit beside the source, integration with real peers, end-to-end under test/. */
// Not `import`: it would also reach `require` in the workers and break CommonJS packages (pg).
const conditions = ['source', 'node'];
/** One embedded Postgres for the run. */
const globalSetup = ['libs/testkit/src/global-postgres.ts'];
const tier = (name: string, include: string[], timeoutMs: number, extra: Record<string, unknown> = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  // globalSetup files run in this environment, which takes nothing from `ssr`.
  environments: { __vitest__: { resolve: { conditions } } },
  test: {
    name,
    include,
    environment: 'node',
    pool: 'forks' as const,
    testTimeout: timeoutMs,
    hookTimeout: Math.max(timeoutMs, 90_000),
    ...extra,
  },
});

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    maxWorkers: 2,
    projects: [
      tier('unit', ['{apps,libs,migrations,tools}/**/*.spec.ts', 'test/architecture/**/*.spec.ts'], 30_000),
      tier('integration', ['{apps,libs,tools}/**/*.int-spec.ts', 'test/integration/**/*.int-spec.ts'], 60_000, { globalSetup }),
      tier('e2e', ['test/e2e/**/*.e2e-spec.ts'], 120_000, { fileParallelism: false, globalSetup: ['test/e2e/global-system.ts'] }),
    ],
  },
});
