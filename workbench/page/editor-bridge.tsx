import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';
import type { Example } from './example.types.ts';
import { EXAMPLE_GROUPS } from './examples.ts';
import { fillVariables } from './placeholders.ts';
import { WELCOME } from './texts.ts';

/** Documents that the page wrote itself: a tab that still holds one may be overwritten. */
const OWN_DOCUMENTS = new Set([
  '',
  WELCOME,
  ...EXAMPLE_GROUPS.flatMap((group) => group.examples.map((example) => example.document)),
]);
// Messages are typeset with ’ and unbreakable spaces, which are no attempt to deceive anybody.
const LOOK = {
  fontSize: 13,
  wordWrap: 'on',
  scrollbar: { verticalScrollbarSize: 8 },
  unicodeHighlight: { ambiguousCharacters: false, invisibleCharacters: false },
} as const;

/**
 * Puts an example into the editors: into the tab at hand while that holds nothing of the user's, else into a
 * new one. A running subscription ends first, or its events would land in the new tab's answer.
 * Renders nothing; it stands inside GraphiQL to reach its store. `request` is a new object for each click.
 */
export function EditorBridge({ request }: { request: { example: Example } | null }): null {
  const actions = useGraphiQLActions();
  const { queryEditor, variableEditor, headerEditor, responseEditor } = useGraphiQL((state) => ({
    queryEditor: state.queryEditor,
    variableEditor: state.variableEditor,
    headerEditor: state.headerEditor,
    responseEditor: state.responseEditor,
  }));

  useEffect(() => {
    for (const editor of [queryEditor, variableEditor, headerEditor, responseEditor]) {
      editor?.updateOptions(LOOK);
    }
  }, [queryEditor, variableEditor, headerEditor, responseEditor]);

  // Only a click may overwrite the editors: each request is carried out once, when the editors are there.
  const done = useRef<object | null>(null);
  useEffect(() => {
    if (!request || !queryEditor || request === done.current) return;
    done.current = request;
    actions.stop();
    if (!OWN_DOCUMENTS.has(queryEditor.getValue())) actions.addTab();
    queryEditor.setValue(request.example.document);
    variableEditor?.setValue(request.example.variables ? fillVariables(request.example.variables) : '');
    responseEditor?.setValue('');
    queryEditor.focus();
    queryEditor.getContainerDomNode().scrollIntoView({ block: 'nearest' });
  }, [request, actions, queryEditor, variableEditor, responseEditor]);
  return null;
}
