import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { drawSelection, EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { type CodeSchema, completeJson } from './complete-json.ts';
import { rangeOf } from './json-place.ts';

/** A problem of the text: at a place in it, or of the value at a JSON Pointer. */
export type CodeProblem = { message: string } & ({ at: number } | { pointer: string });

export interface JsonCode {
  setText(text: string): void;
  setProblems(problems: readonly CodeProblem[]): void;
  destroy(): void;
}

interface JsonCodeOptions {
  label: string;
  text: string;
  /** Returns the schema of the value. Absent: nothing is proposed. */
  schema(): CodeSchema | undefined;
  onChange(text: string): void;
}

const COLORS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--link)' },
  { tag: tags.string, color: 'var(--good)' },
  { tag: tags.number, color: 'var(--info)' },
  { tag: [tags.bool, tags.null], color: 'var(--warn)' },
  { tag: tags.invalid, color: 'var(--bad)' },
]);

const FRAME = EditorView.theme({
  '&': {
    border: '1px solid var(--line)',
    borderRadius: '0.375rem',
    backgroundColor: 'var(--page)',
    color: 'var(--text)',
    fontSize: 'var(--small)',
  },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', maxHeight: '28rem' },
  '.cm-content': { minHeight: '8rem', padding: '0.625rem 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 0.75rem' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground':
    { background: 'var(--chosen)' },
  '.cm-matchingBracket': { outline: '1px solid var(--line)' },
  '.cm-tooltip': {
    border: '1px solid var(--line)',
    borderRadius: '0.375rem',
    backgroundColor: 'var(--page)',
    color: 'var(--text)',
    boxShadow: '0 0.25rem 1rem rgb(0 0 0 / 15%)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--hover)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--quiet)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--warn)' },
});

/**
 * Opens a JSON editor. The Tab key leaves it, as with every field.
 *
 * @param root a shadow root: in it, the editor needs no style elements, which the policy of the
 * page does not allow
 */
export function openJsonCode(root: ShadowRoot, options: JsonCodeOptions): JsonCode {
  const { label, text, schema, onChange } = options;
  let isOwnChange = false;
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        history(),
        drawSelection(),
        json(),
        bracketMatching(),
        closeBrackets(),
        syntaxHighlighting(COLORS),
        autocompletion({
          override: [(context) => completeJson(context, schema())],
          icons: false,
          interactionDelay: 0,
        }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        FRAME,
        // Sends the request; otherwise it would insert a line.
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => true }])),
        keymap.of([
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged && !isOwnChange) onChange(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText(next) {
      if (next === view.state.doc.toString()) return;
      isOwnChange = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } });
      isOwnChange = false;
    },
    setProblems(problems) {
      const { state } = view;
      const found = problems.map((problem): Diagnostic => {
        const { message } = problem;
        if ('pointer' in problem)
          return { ...rangeOf(state, parsePointer(problem.pointer)), severity: 'warning', message };
        const from = Math.min(problem.at, state.doc.length);
        return { from, to: Math.min(from + 1, state.doc.length), severity: 'warning', message };
      });
      view.dispatch(setDiagnostics(state, found));
    },
    destroy: () => view.destroy(),
  };
}

/** Splits a JSON Pointer (RFC 6901). */
const parsePointer = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
