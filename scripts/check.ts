// `npm run check`: every check but the tests. Prints one line a step, and the output of those that fail.
import { spawn } from 'node:child_process';

interface Step {
  name: string;
  /** Commands of node_modules/.bin, one after another. */
  commands: readonly string[];
}

const steps: readonly Step[] = [
  {
    // The hub is compiled first: what it emits is held against what is committed.
    name: 'types, schema and client',
    commands: [
      'tsc -p .',
      'node dist/src/tools/emit-schema.js --check',
      'graphql-codegen --check',
      'node scripts/persisted-operations.ts --check',
    ],
  },
  { name: 'types of the workbench', commands: ['tsc --noEmit -p workbench'] },
  { name: 'lint', commands: ['oxlint'] },
  { name: 'format', commands: ['oxfmt --check'] },
  { name: 'architecture', commands: ['node test/architecture/check.ts'] },
];

interface Outcome {
  ok: boolean;
  output: string;
}

function runCommand(command: string): Promise<Outcome> {
  const [program = '', ...args] = command.split(' ');
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ ok: false, output: `${command}: ${error.message}\n` }));
    child.on('close', (code) => resolve({ ok: code === 0, output }));
  });
}

async function runStep({ name, commands }: Step): Promise<boolean> {
  const startedAt = performance.now();
  for (const command of commands) {
    const { ok, output } = await runCommand(command);
    if (ok) continue;
    console.log(`✗ ${name}: ${command}\n${output}`);
    return false;
  }
  console.log(`✓ ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return true;
}

const outcomes = await Promise.all(steps.map(runStep));
const failed = outcomes.filter((ok) => !ok).length;
console.log(failed === 0 ? 'Every check passes.' : `${failed} of ${steps.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
