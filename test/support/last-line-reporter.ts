import { writeSync } from 'node:fs';

/** The figures of Jest's results that are said. */
interface Results {
  numPassedTests: number;
  numFailedTests: number;
  numRuntimeErrorTestSuites: number;
}

/** Says as the very last line, after everything else has ended, how many tests passed and failed. */
export default class LastLineReporter {
  onRunComplete(_contexts: unknown, results: Results): void {
    // A file that could not be run at all is a failure too, though none of its tests was counted.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    process.once('exit', () => writeSync(1, `${results.numPassedTests} passed, ${failed} failed\n`));
  }
}
