import { execFile } from 'node:child_process';

/** The system user that PostgreSQL runs as; `undefined` where this type is optional means ourselves. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

export interface CommandResult {
  readonly ok: boolean;
  /** Standard output and error, trimmed; the reason instead if the program could not be started. */
  readonly output: string;
}

/** The children get no variable of the hub: none of its secrets, and messages in English. */
export const childEnv = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' } as const;

/** Runs a program to its end. Failure is a result, since every caller has its own words for it. */
export function runCommand(file: string, args: readonly string[], runAs?: RunAs): Promise<CommandResult> {
  // The hub's own working folder may be closed to the other user; `/` never is.
  const options = { cwd: '/', env: childEnv, ...(runAs && { uid: runAs.uid, gid: runAs.gid }) };
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      resolve({ ok: error === null, output: output === '' && error ? error.message : output });
    });
  });
}
