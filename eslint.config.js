import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', '.rosterline/', 'node_modules/', '*.config.js', '.dependency-cruiser.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports: a file is named after its main export.' },
        {
          selector: "CallExpression[callee.object.name='DuckDBInstance'][callee.property.name='create']",
          message: 'DuckDBInstance.create opens a file twice in one process and corrupts it: use fromCache.',
        },
        {
          selector:
            "CallExpression[callee.object.name='fc'][callee.property.name='assert']:matches([arguments.length=1], :has(> ObjectExpression.arguments:not(:has(> Property[key.name='seed']))))",
          message: 'A property is drawn the same every time: give it a seed.',
        },
      ],
    },
  },
  { files: ['**/*.js', '**/*.mjs', 'bin/*'], ...tseslint.configs.disableTypeChecked },
);
