/** File names of the bundled workers, beside this script; the build puts them in. */
declare const WORKER_FILES: { editor: string; graphql: string; json: string };

/** Tells the Monaco editor where its web workers are: local files, as everything on the page. */
export function startWorkers(): void {
  window.MonacoEnvironment = {
    getWorker(_id, label) {
      const file = label === 'graphql' || label === 'json' ? WORKER_FILES[label] : WORKER_FILES.editor;
      return new Worker(new URL(file, import.meta.url));
    },
  };
}
