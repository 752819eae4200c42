// The architecture check of `npm run check`: prints every breach of the import law in src.
import { readSources } from './imports.ts';
import { breachesOf } from './law.ts';

const sources = readSources('src');
const breaches = breachesOf(sources);
for (const { rule, where, because } of breaches) console.log(`${rule}: ${where}\n  ${because}`);
console.log(`architecture: ${sources.length} files, ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;
