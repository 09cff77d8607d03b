/** A test name pattern that no name matches: with it Jest collects a file's tests and runs none. */
export const PLAN_ONLY = '(?!)';
