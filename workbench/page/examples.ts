import type { ExampleGroup } from './example.types.ts';

/** The build puts the examples in, each joined with its operation. */
declare const EXAMPLES: ExampleGroup[];

export const EXAMPLE_GROUPS = EXAMPLES;
