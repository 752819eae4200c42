/** Hears how far a load has come; `total` is null until it is known. Every step ends with `done` equal to `total`. */
export type Progress = (step: string, done: number, total: number | null) => void;

/** Where a console line goes. */
export interface Console {
  write(text: string): unknown;
  isTTY?: boolean;
}

const EVERY_MS = 100;
const ERASE_LINE = '\r\u001B[K';
/** In a file or a pipe, a line for each quarter, or for so many where the total is not known. */
const QUARTERS = 4;
const UNCOUNTED_MARK = 20_000;

const counted = (count: number) => count.toLocaleString('en');
const lineOf = (step: string, done: number, total: number | null) =>
  `  ${step}: ${counted(done)}${total === null || total === done ? '' : ` of ${counted(total)}`}`;

/** One line a step, which counts. */
function onTerminal(to: Console): Progress {
  let shown = { step: '', atMs: 0 };
  return (step, done, total) => {
    const now = performance.now();
    const isEnd = done === total;
    if (!isEnd && step === shown.step && now - shown.atMs < EVERY_MS) return;
    to.write(`${ERASE_LINE}${lineOf(step, done, total)}${isEnd ? '\n' : ''}`);
    shown = { step, atMs: now };
  };
}

/** A new line at each mark. */
function inLines(to: Console): Progress {
  let shown = { step: '', mark: 0 };
  return (step, done, total) => {
    const mark = Math.floor(total === null ? done / UNCOUNTED_MARK : (done * QUARTERS) / total);
    const before = step === shown.step ? shown.mark : 0;
    shown = { step, mark };
    if (mark > before || done === total) to.write(`${lineOf(step, done, total)}\n`);
  };
}

/** Shows a load to whoever waits for it, on a terminal, in a file or through a pipe. */
export function consoleProgress(to: Console): Progress {
  return to.isTTY === true ? onTerminal(to) : inLines(to);
}
