import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What the pages in web/ find in a browser; whatever else they name, they must import. */
const BROWSER_GLOBALS = [
  'window',
  'document',
  'navigator',
  'location',
  'history',
  'console',
  'fetch',
  'URL',
  'URLSearchParams',
  'EventSource',
  'Event',
  'CustomEvent',
  'EventTarget',
  'HTMLElement',
  'Element',
  'Node',
  'Intl',
  'ResizeObserver',
  'getComputedStyle',
  'CSS',
  'HTMLTableRowElement',
  'AbortController',
  'AbortSignal',
  'DOMException',
  'Headers',
  'Request',
  'Response',
  'FormData',
  'TextDecoder',
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'queueMicrotask',
  'reportError',
  'Blob',
  'atob',
  'requestAnimationFrame',
  'crypto',
  'performance',
  'matchMedia',
  'localStorage',
  'sessionStorage',
];

const SPECS = ['**/*.spec.ts', '**/*.fixture.ts', '**/*.conformance.ts', 'test/**/*.ts'];

/** A file of this length holds a second idea. */
const MAX_LINES = 350;

export default defineConfig(
  { ignores: ['dist/', 'release/', 'coverage/', 'node_modules/', '.data/', '.cache/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      // Read from the root's tsconfig.json, so that both are told of the same files. With the two options of
      // decorators in it, consistent-type-imports leaves the imports alone that Nest's injection needs at run time.
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `typeof import(…)` is how a module that is loaded at run time has a type.
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // The functions that kafkajs and our own interfaces hand over are closures, declared as methods all the same.
      '@typescript-eslint/unbound-method': 'off',
      // An async function without an await is how an interface of promises is met by what is at hand already,
      // and its throw a rejection.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'max-lines': ['error', { max: MAX_LINES, skipBlankLines: false, skipComments: false }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@willsoto/nestjs-prometheus',
              importNames: [
                'makeCounterProvider',
                'makeGaugeProvider',
                'makeHistogramProvider',
                'makeSummaryProvider',
              ],
              message:
                'They share a metric with whoever else has its name: see platform/metrics/metric-providers.ts.',
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportAllDeclaration',
          message: 'Import from where a thing is defined: no files that only re-export.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'migrations/**/*.ts'],
    ignores: SPECS,
    rules: { 'no-console': 'error' },
  },
  {
    files: SPECS,
    rules: {
      'max-lines': ['error', { max: MAX_LINES + 50 }],
      // A conformance suite awaits what one implementation answers at once and another later.
      '@typescript-eslint/await-thenable': 'off',
    },
  },
  {
    files: ['web/**/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(BROWSER_GLOBALS.map((name) => [name, 'readonly'])),
    },
    rules: {
      // A timer that is only started where there is none (`??=`) counts as unused.
      'no-unused-private-class-members': 'off',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', MAX_LINES],
    },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { module: 'writable' } },
  },
);
