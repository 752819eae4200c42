import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language';
import { linter, lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from '@codemirror/view';
import { graphql, updateSchema } from 'cm6-graphql';
import type { GraphQLSchema } from 'graphql';
import { useEffect, useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { COLOURS, LOOK } from './editor-theme.ts';

interface Props {
  language: 'graphql' | 'json';
  /** What the editor is, for screen readers. */
  label: string;
  value: string;
  /** Absent for an editor that only shows. */
  onChange?: (value: string) => void;
  /** Ctrl-Enter, or Cmd-Enter. */
  onRun?: () => void;
  onShowInDocs?: (field: string | undefined, type: string | undefined, parent: string | undefined) => void;
  schema?: GraphQLSchema | null;
  hint?: string;
}

type Callbacks = Pick<Props, 'onChange' | 'onRun' | 'onShowInDocs'>;

const jsonLinter = linter((view) => (view.state.doc.toString().trim() === '' ? [] : jsonParseLinter()(view)));

function languageOf(language: Props['language'], isReadOnly: boolean, callbacks: () => Callbacks): Extension {
  if (language === 'json') return isReadOnly ? json() : [json(), jsonLinter];
  return graphql(undefined, {
    onShowInDocs: (field, type, parent) => callbacks().onShowInDocs?.(field, type, parent),
  });
}

function writing(callbacks: () => Callbacks): Extension {
  const run = (): boolean => {
    callbacks().onRun?.();
    return true;
  };
  return [
    // Before all others: Ctrl-Enter would open a new line.
    keymap.of([{ key: 'Mod-Enter', run }]),
    history(),
    indentOnInput(),
    closeBrackets(),
    autocompletion(),
    highlightActiveLine(),
    keymap.of([...closeBracketsKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) callbacks().onChange?.(update.state.doc.toString());
    }),
  ];
}

function extensionsOf(props: Props, callbacks: () => Callbacks): Extension {
  const isReadOnly = props.onChange === undefined;
  return [
    isReadOnly ? [EditorState.readOnly.of(true), EditorView.lineWrapping] : writing(callbacks),
    lineNumbers(),
    foldGutter(),
    bracketMatching(),
    highlightSelectionMatches(),
    syntaxHighlighting(COLOURS),
    LOOK,
    languageOf(props.language, isReadOnly, callbacks),
    keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
    EditorView.contentAttributes.of({ 'aria-label': props.label }),
    props.hint === undefined ? [] : placeholder(props.hint),
  ];
}

/** A CodeMirror editor that holds `value`. What is set from outside can be undone in it, as what is typed. */
export function Editor(props: Props): ReactNode {
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef<Props>(props);
  useLayoutEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const state = EditorState.create({
      doc: latest.current.value,
      extensions: extensionsOf(latest.current, () => latest.current),
    });
    const editor = new EditorView({ state, parent: parent.current! });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  useEffect(() => {
    const editor = view.current!;
    const old = editor.state.doc.toString();
    if (old === props.value) return;
    editor.dispatch({ changes: { from: 0, to: old.length, insert: props.value }, selection: { anchor: 0 } });
  }, [props.value]);

  useEffect(() => {
    if (props.language === 'graphql') updateSchema(view.current!, props.schema ?? undefined);
  }, [props.schema, props.language]);

  return <div className="editor" ref={parent} />;
}
