/**
 * No import cycles, checked by `npm run imports` on what is left when types are gone: a cycle that only types close harms nothing. It is a run of
 * its own because the tool names one cycle for an import and then looks no further: where types are seen too, a cycle of types hides one that is real.
 */
const { options } = require('./.dependency-cruiser.cjs');

module.exports = {
  forbidden: [{ name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } }],
  options: { ...options, tsPreCompilationDeps: false, includeOnly: '^(apps|libs|tools|test|migrations|bench)/' },
};
