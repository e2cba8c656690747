import tseslint from 'typescript-eslint';

const ban = (selector, message) => ({ selector, message });
const environment = ban(
  "MemberExpression[object.name='process'][property.name='env']",
  'process.env is read in libs/config only; take a setting.',
);
const focus = ban(
  'CallExpression[callee.object.name=/^(it|test|describe)$/][callee.property.name=/^(only|skip|todo|skipIf|runIf)$/]',
  'No focused, skipped or promised tests.',
);
const clocks = [
  ban("MemberExpression[object.name='Date'][property.name='now']", 'Pure code takes the time as an argument.'),
  ban("NewExpression[callee.name='Date'][arguments.length=0]", 'Pure code takes the time as an argument.'),
  ban("MemberExpression[object.name='performance']", 'Pure code takes the time as an argument.'),
  ban("MemberExpression[object.name='Math'][property.name='random']", 'Pure code takes randomness as an argument.'),
  ban('CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate|queueMicrotask)$/]', 'Pure code has no timers.'),
  ban('AwaitExpression', 'Pure code is synchronous.'),
  ban(
    'FunctionDeclaration[async=true], ArrowFunctionExpression[async=true], MethodDefinition > FunctionExpression[async=true]',
    'Pure code is synchronous.',
  ),
];
const tls = ban("Property[key.name='rejectUnauthorized'] > Literal[value=false]", 'Verification is never turned off.');

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'var/**',
      'coverage/**',
      'libs/contracts/src/generated/**',
      'libs/contracts/src/control-api-client.ts',
    ],
  },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-empty-object-type': 'off',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-syntax': ['error', environment, focus, tls],
      eqeqeq: 'error',
    },
  },
  // Nest reads constructor parameter types at run time: an import that only looks like a type must stay a value
  {
    files: ['apps/orchestrator/**/*.ts', 'apps/worker/**/*.ts', 'libs/**/*.module.ts'],
    rules: { '@typescript-eslint/consistent-type-imports': 'off' },
  },
  { files: ['libs/config/src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', focus, tls] } },
  {
    files: ['libs/domain/src/**/*.ts', 'apps/gateway/src/switchboard/**/*.ts', 'apps/call-manager-sim/src/model/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'no-restricted-syntax': ['error', environment, focus, tls, ...clocks] },
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', setTimeout: 'readonly' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
