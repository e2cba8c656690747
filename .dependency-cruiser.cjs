/** Who may import whom (design, "Layout"), checked by `npm run imports`. Default: not allowed. */
const SPEC = '(\\.(spec|int-spec|e2e-spec|conformance)\\.ts$)|(/src/testing/)';
const allow = {
  domain: [],
  contracts: [],
  telemetry: [],
  config: [],
  pki: ['contracts'],
  southbound: ['domain', 'contracts', 'telemetry', 'config'],
  'runtime-drivers': ['domain', 'contracts', 'telemetry', 'config'],
  persistence: ['domain', 'contracts', 'telemetry', 'config'],
  jobs: ['domain', 'contracts', 'telemetry', 'config'],
};
const apps = {
  orchestrator: ['domain', 'contracts', 'persistence', 'jobs', 'pki'],
  worker: ['domain', 'contracts', 'persistence', 'jobs', 'runtime-drivers', 'pki'],
  gateway: ['domain', 'contracts', 'southbound', 'pki'],
  router: ['domain', 'contracts', 'pki'],
  'call-manager-sim': ['southbound'],
  launcher: ['contracts', 'pki'],
  cli: ['contracts', 'pki'],
};
const lib = (names) => names.map((name) => `^libs/${name}/`);
const NPM = ['node_modules'];
const rules = [];
for (const [name, others] of Object.entries(allow)) {
  rules.push({
    name: `lib-${name}`,
    severity: 'error',
    comment: `libs/${name} may import ${others.join(', ') || 'no lib'}`,
    from: { path: `^libs/${name}/`, pathNot: SPEC },
    to: {
      path: '^(libs|apps|tools|bench|test|migrations)/',
      pathNot: [`^libs/${name}/`, ...lib(others), ...(name === 'persistence' ? ['^migrations/'] : [])],
    },
  });
}
for (const [name, others] of Object.entries(apps)) {
  rules.push({
    name: `app-${name}`,
    severity: 'error',
    comment: `apps/${name} may import ${[...others, 'telemetry', 'config'].join(', ')}`,
    from: { path: `^apps/${name}/`, pathNot: SPEC },
    to: {
      path: '^(libs|apps|tools|bench|test|migrations)/',
      pathNot: [`^apps/${name}/`, ...lib([...others, 'telemetry', 'config'])],
    },
  });
}
const only = (what, places, name) => ({
  name,
  severity: 'error',
  comment: `${what} only in ${places.join(', ')}`,
  from: { path: '^(apps|libs|migrations)/', pathNot: [SPEC, '^libs/testkit/', ...places] },
  to: { path: what },
});

module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'sim-framing-only',
      severity: 'error',
      comment: 'the simulator shares byte framing with the gateway and nothing else (design 16)',
      from: { path: '^apps/call-manager-sim/', pathNot: SPEC },
      to: { path: '^libs/southbound/', pathNot: '^libs/southbound/src/framing' },
    },
    {
      name: 'no-deep-imports',
      severity: 'error',
      comment: 'the files directly in src/ are the public entries of a lib; folders below are its own',
      from: { path: '^(apps|libs|tools|bench|test|migrations)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/[^/]+/', pathNot: ['^libs/$2/', '^libs/contracts/src/generated/', '\\.conformance\\.ts$'] },
    },
    {
      name: 'testkit-from-tests',
      severity: 'error',
      from: { path: '^(apps|libs|tools|migrations)/', pathNot: [SPEC, '^libs/testkit/'] },
      to: { path: '^libs/testkit/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: SPEC },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional'] },
    },
    {
      name: 'switchboard-is-sans-io',
      severity: 'error',
      from: { path: '^apps/gateway/src/switchboard/', pathNot: SPEC },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'] },
    },
    only('node_modules/(typeorm|@nestjs/typeorm)/', ['^libs/persistence/', '^migrations/'], 'typeorm-at-home'),
    only('node_modules/(bullmq|@nestjs/bullmq)/', ['^libs/jobs/'], 'bullmq-at-home'),
    only('^(node:)?child_process$', ['^libs/runtime-drivers/src/process/', '^apps/launcher/'], 'child-process-at-home'),
    only('node_modules/@peculiar/x509/', ['^libs/pki/'], 'x509-at-home'),
    {
      name: 'nest-in-control-plane-only',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, '^apps/(orchestrator|worker)/', '\\.module\\.ts$'] },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'no-dev-dependencies',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, '^libs/testkit/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: NPM },
    // our own output only: packages live in their dist folders, and leaving those out would blind the rules to them
    exclude: { path: '^dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
