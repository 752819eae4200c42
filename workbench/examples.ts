// The examples of the page: the index in examples/*.json joined with the project's own operations.
// `node workbench/examples.ts` prints them as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, visit } from 'graphql';
import type { ASTNode, FragmentDefinitionNode } from 'graphql';
import type { Example, ExampleGroup, ExampleIndex } from './page/example.types.ts';

const OPERATIONS = join(import.meta.dirname, '../schema/operations');
const GROUPS = ['main-job', 'give-and-take', 'read', 'live'];

/** Every group of examples, in the order of the page; each document holds the fragments that it uses. */
export function loadExamples(): ExampleGroup[] {
  const fragments = readFragments();
  return GROUPS.map((name) => {
    const path = join(import.meta.dirname, 'examples', `${name}.json`);
    const index = JSON.parse(readFileSync(path, 'utf8')) as ExampleIndex;
    const examples = index.examples.map(({ operation, ...entry }): Example => ({
      ...entry,
      document: readDocument(operation, fragments),
    }));
    return { title: index.title, examples };
  });
}

function readFragments(): Map<string, FragmentDefinitionNode> {
  const document = parse(readFileSync(join(OPERATIONS, 'fragments.graphql'), 'utf8'));
  const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION);
  return new Map(fragments.map((node) => [node.name.value, node]));
}

function readDocument(operation: string, fragments: Map<string, FragmentDefinitionNode>): string {
  const text = readFileSync(join(OPERATIONS, `${operation}.graphql`), 'utf8').trim();
  const used = new Set<FragmentDefinitionNode>();
  collectFragments(parse(text), fragments, used);
  return `${[text, ...[...used].map(sourceOf)].join('\n\n')}\n`;
}

/** Adds to `used` the fragments that `node` spreads, and those that they spread in turn. */
function collectFragments(
  node: ASTNode,
  fragments: Map<string, FragmentDefinitionNode>,
  used: Set<FragmentDefinitionNode>,
): void {
  visit(node, {
    FragmentSpread(spread) {
      const fragment = fragments.get(spread.name.value);
      if (!fragment) throw new Error(`No fragment ${spread.name.value} in fragments.graphql`);
      if (used.has(fragment)) return;
      used.add(fragment);
      collectFragments(fragment, fragments, used);
    },
  });
}

function sourceOf(node: FragmentDefinitionNode): string {
  if (!node.loc) throw new Error(`Fragment ${node.name.value} has no source`);
  return node.loc.source.body.slice(node.loc.start, node.loc.end);
}

if (import.meta.main) console.log(JSON.stringify(loadExamples(), null, 2));
