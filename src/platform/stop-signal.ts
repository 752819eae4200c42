const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a terminal sends to everybody, npm passes on once more. */
const ONE_REQUEST_MS = 1000;
const FORCED_EXIT_CODE = 1;

/**
 * Aborts when this process is asked to stop. Being asked again, and not by an echo of the first time, it ends at
 * once.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (performance.now() - askedAt > ONE_REQUEST_MS) process.exit(FORCED_EXIT_CODE);
        return;
      }
      askedAt = performance.now();
      controller.abort();
    });
  }
  return controller.signal;
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
