import type { GraphQLSchema } from 'graphql';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Connection } from './connection.ts';
import type { DocsEntry } from './docs-search.ts';
import { Editor } from './editor.tsx';
import { chooseOperation, operationNames } from './operations.ts';
import { useRunner } from './run.ts';
import type { Tab, TabActions } from './tabs.ts';

interface Props {
  connection: Connection;
  schema: GraphQLSchema | null;
  tabs: TabActions;
  onShowInDocs: (entry: DocsEntry) => void;
}

function titleOf({ document }: Tab): string {
  const name = /\b(?:query|mutation|subscription)\s+(\w+)/.exec(document)?.[1];
  return name ?? 'Tanpa nama · Untitled';
}

/** The editors of one tab, and its answer. */
export function Workspace({ connection, schema, tabs, onShowInDocs }: Props): ReactNode {
  const { tab, edit } = tabs;
  const runner = useRunner(connection, tab, edit);
  const [chosen, setChosen] = useState<string | null>(null);
  const names = operationNames(tab.document);
  const run = (): void => runner.run(chosen);
  return (
    <div className="workspace">
      <TabBar tabs={tabs} onLeave={runner.stop} />
      <div className="toolbar">
        <button type="button" className="primary run" onClick={runner.isRunning ? runner.stop : run}>
          {runner.isRunning ? '■ Hentikan · Stop' : '▶ Jalankan · Run'}
        </button>
        {names.length > 0 && (
          <select
            aria-label="Operasi · Operation"
            value={chosen !== null && names.includes(chosen) ? chosen : names[0]}
            onChange={(event) => setChosen(event.target.value)}
          >
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        )}
        <Status runner={runner} document={tab.document} />
      </div>
      <div className="panes">
        <section className="pane document" aria-label="Operasi · Operation">
          <Editor
            key={`document ${tab.id}`}
            language="graphql"
            label="Operasi GraphQL · GraphQL operation"
            value={tab.document}
            schema={schema}
            onChange={(document) => edit({ document })}
            onRun={run}
            onShowInDocs={(field, type, parent) => {
              if (parent) onShowInDocs({ parent, field: field ?? null });
              else if (type) onShowInDocs({ parent: type, field: null });
            }}
          />
        </section>
        <section className="pane variables" aria-label="Variabel · Variables">
          <h2>Variabel · Variables</h2>
          <Editor
            key={`variables ${tab.id}`}
            language="json"
            label="Variabel, JSON · Variables, JSON"
            value={tab.variables}
            hint="{ }"
            onChange={(variables) => edit({ variables })}
            onRun={run}
          />
        </section>
        <section className="pane result" aria-label="Jawaban · Answer" aria-live="off">
          <h2>Jawaban · Answer</h2>
          <Editor
            key={`result ${tab.id}`}
            language="json"
            label="Jawaban, JSON · Answer, JSON"
            value={tab.result}
          />
        </section>
      </div>
    </div>
  );
}

function Status({ runner, document }: { runner: ReturnType<typeof useRunner>; document: string }): ReactNode {
  const { isRunning, events } = runner;
  if (events !== null) {
    return (
      <p role="status">
        Menyimak · Listening: {events} {events === 1 ? 'peristiwa · event' : 'peristiwa · events'}
      </p>
    );
  }
  if (isRunning) return <p role="status">Menunggu jawaban · Waiting for the answer…</p>;
  if ('fault' in chooseOperation(document, null)) {
    return <p>Pilih contoh atau tulis operasi · Pick an example or write an operation</p>;
  }
  return <p className="keys">Ctrl-Enter</p>;
}

function TabBar({ tabs, onLeave }: { tabs: TabActions; onLeave: () => void }): ReactNode {
  const { tab, tabs: all, choose, close, add } = tabs;
  const leaveTo = (act: () => void) => (): void => {
    onLeave();
    act();
  };
  return (
    <div className="tabs" role="toolbar" aria-label="Tab · Tabs">
      {all.map((one) => (
        <span key={one.id} className={one.id === tab.id ? 'tab current' : 'tab'}>
          <button type="button" aria-pressed={one.id === tab.id} onClick={leaveTo(() => choose(one.id))}>
            {titleOf(one)}
          </button>
          {all.length > 1 && (
            <button
              type="button"
              className="close"
              aria-label={`Tutup · Close ${titleOf(one)}`}
              onClick={leaveTo(() => close(one.id))}
            >
              ✕
            </button>
          )}
        </span>
      ))}
      <button type="button" className="add" aria-label="Tab baru · New tab" onClick={leaveTo(add)}>
        +
      </button>
    </div>
  );
}
