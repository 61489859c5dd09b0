import tseslint from 'typescript-eslint';
import local from './eslint.rules.mjs';

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'test/artifacts/**', '.cache/**'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { local },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/max-params': ['error', { max: 5 }],
      complexity: ['error', 20],
      eqeqeq: 'error',
    },
  },
  {
    files: [
      'extension/**/*.ts',
      'server/**/*.ts',
      'webview/**/*.ts',
      'l10n/**/*.ts',
      'outside/**/*.ts',
      'modelFormats/**/*.ts',
    ],
    // The one place that knows.
    ignores: ['outside/table.ts'],
    rules: { 'local/own-keys': 'error' },
  },
  {
    // Tests build what they spread themselves.
    files: ['**/*.ts'],
    ignores: ['test/**'],
    rules: { 'local/bounded-arguments': 'error' },
  },
  {
    // Stray output breaks a server that speaks over stdio.
    files: ['server/**/*.ts'],
    ignores: ['server/cli/**', 'server/cli.ts'],
    rules: { 'no-console': 'error' },
  },
);
