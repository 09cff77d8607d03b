/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, diagnostics: false }] },
} satisfies Config;

const config: Config = {
  projects: [{ ...common, displayName: 'unit', testMatch: ['<rootDir>/hil/**/*.test.ts'] }],
};
export default config;
