/** Hears how far a load has come: `total` is null when it is not known beforehand. */
export type Progress = (step: string, done: number, total: number | null) => void;

/** Where a console line goes. */
export interface Console {
  write(text: string): unknown;
  isTTY?: boolean;
}

const EVERY_MS = 100;
const QUARTERS = 4;
const ERASE_LINE = '\r\u001B[K';

const counted = (count: number) => count.toLocaleString('en');

/**
 * Shows a load on a console. A terminal gets one line a step that counts; a file or a pipe gets a line at each
 * quarter, or at each ten thousand where the total is not known.
 */
export function consoleProgress(to: Console): Progress {
  let shownAt = 0;
  let last = { step: '', mark: -1 };
  return (step, done, total) => {
    const line = `  ${step}: ${counted(done)}${total === null ? '' : ` of ${counted(total)}`}`;
    const isEnd = total !== null && done >= total;
    if (to.isTTY === true) {
      const now = performance.now();
      if (!isEnd && step === last.step && now - shownAt < EVERY_MS) return;
      shownAt = now;
      const isNext = last.step !== '' && last.step !== step && last.mark === 0;
      to.write(`${isNext ? '\n' : ''}${ERASE_LINE}${line}${isEnd ? '\n' : ''}`);
      last = { step, mark: isEnd ? 1 : 0 };
      return;
    }
    const mark = total === null ? Math.floor(done / 10_000) : Math.floor((done * QUARTERS) / Math.max(total, 1));
    if (step === last.step && mark === last.mark) return;
    if (mark > 0 || step !== last.step) to.write(`${line}\n`);
    last = { step, mark };
  };
}
