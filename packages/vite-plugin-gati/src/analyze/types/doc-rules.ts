import { suggest } from '@gati/contract/internal';
import type { Schema } from '@gati/contract';
import { type Doc, placeOfTag } from './doc-comments.ts';
import type { SourcePlace, TypeIssue } from './schema-context.ts';

type RuleType = 'number' | 'string' | 'array';

interface Rule {
  /** Type of the values that the rule is for. */
  type: RuleType;
  /** Kind of the value that must follow the tag. */
  value: 'number' | 'count' | 'text' | 'nothing';
}

const number: Rule = { type: 'number', value: 'number' };
const length: Rule = { type: 'string', value: 'count' };
const items: Rule = { type: 'array', value: 'count' };
const text: Rule = { type: 'string', value: 'text' };

/** The tags of a doc comment that are rules for a value, by name. */
export const DOC_RULES: ReadonlyMap<string, Rule> = new Map([
  ['minimum', number],
  ['maximum', number],
  ['exclusiveMinimum', number],
  ['exclusiveMaximum', number],
  ['multipleOf', number],
  ['integer', { type: 'number', value: 'nothing' }],
  ['int', { type: 'number', value: 'nothing' }],
  ['minLength', length],
  ['maxLength', length],
  ['minItems', items],
  ['maxItems', items],
  ['pattern', text],
  ['format', text],
]);

/** Tags of JSDoc and TSDoc that are close to the name of a rule. */
const OTHER_TAGS = new Set(['internal', 'member', 'memberof', 'interface', 'mixin', 'inner']);

const DESCRIPTIONS: Record<Rule['value'], string> = {
  number: 'a number',
  count: 'a whole number',
  text: 'a text',
  nothing: 'nothing',
};

/** A rule in a doc comment that has no effect. */
export type DocRuleIssue = TypeIssue & { place: SourcePlace };

type Text = Pick<TypeIssue, 'message' | 'fix'>;

/**
 * Returns the rules of a doc comment that have no effect on the schema of a value.
 *
 * @param subject name of the value in messages
 */
export function findLostRules(doc: Doc, schema: Schema, subject: string): DocRuleIssue[] {
  const { description = '', tags } = doc;
  const issues: DocRuleIssue[] = [];
  const add = (name: string, line: number, texts: readonly Text[]): void => {
    for (const text of texts)
      issues.push({ code: 'GATI_DOC_RULE', ...text, place: placeOfTag(doc, name, line) });
  };
  for (const name of rulesInside(description)) add(name, 0, [misplaced(name, subject)]);
  for (const { name, text, line } of tags) {
    const rule = DOC_RULES.get(name);
    add(name, line, rule ? lost(name, rule, text, schema, subject) : misspelt(name, subject));
    if (rule?.value !== 'text')
      for (const inner of rulesInside(text)) add(inner, line, [misplaced(inner, subject)]);
  }
  return issues;
}

function lost(
  name: string,
  { type, value }: Rule,
  written: string,
  schema: Schema,
  subject: string,
): Text[] {
  if (!isValue(written, value)) {
    const [line = ''] = written.split('\n');
    return [
      {
        message: `The rule \`@${name}\` of \`${subject}\` has no effect: ${DESCRIPTIONS[value]} must follow it, not "${line.slice(0, 40)}"${written.includes('\n') ? ' and further lines' : ''}.`,
        fix: `Write each rule on a line that has nothing else. Write the description above the first tag.`,
      },
    ];
  }
  if (appliesTo(schema, type)) return [];
  return [
    {
      message: `The rule \`@${name}\` of \`${subject}\` has no effect: it is for a ${type}, and this value is not one.`,
      fix: `Remove \`@${name}\`, or move the comment to the value that it is for.`,
    },
  ];
}

function isValue(written: string, value: Rule['value']): boolean {
  if (value === 'nothing') return true;
  if (written === '') return false;
  if (value === 'text') return !written.includes('\n');
  return value === 'count' ? Number.isInteger(Number(written)) : Number.isFinite(Number(written));
}

/** Whether a value can have this type and is not a constant. */
export function appliesTo(schema: Schema, type: RuleType): boolean {
  if (schema.anyOf) return schema.anyOf.some((member) => appliesTo(member, type));
  const isType = schema.type === type || (type === 'number' && schema.type === 'integer');
  return isType && schema.const === undefined && !schema.enum && !schema['x-gati-codec'];
}

/** Returns the rules that follow other text on a line. */
function rulesInside(prose: string): string[] {
  return [...prose.matchAll(/\s@([A-Za-z]+)/g)]
    .map(([, name]) => name!)
    .filter((name) => DOC_RULES.has(name));
}

function misplaced(name: string, subject: string): Text {
  return {
    message: `The rule \`@${name}\` of \`${subject}\` has no effect: other text precedes it on its line.`,
    fix: `Begin a line of the comment with \`@${name}\`.`,
  };
}

function misspelt(name: string, subject: string): Text[] {
  if (OTHER_TAGS.has(name)) return [];
  const lower = name.toLowerCase();
  const meant =
    [...DOC_RULES.keys()].find((rule) => rule.toLowerCase() === lower) ??
    (lower.startsWith('regex') ? 'pattern' : suggest(name, DOC_RULES.keys()));
  if (meant === undefined) return [];
  return [
    {
      message: `The tag \`@${name}\` of \`${subject}\` is not a rule. Did you mean \`@${meant}\`?`,
      fix: `Rename it to \`@${meant}\`, or remove it.`,
    },
  ];
}
