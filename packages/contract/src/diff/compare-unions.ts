import type { Schema } from '../schema/ir.ts';
import { describeSchema } from './describe-schema.ts';
import { findDiscriminator, labelOf, type Discriminator } from './discriminator.ts';
import { isOfType, kindOf, type Members } from './members.ts';
import type { Literal } from './subtype/atoms.ts';
import type { Comparison } from './comparison.ts';

type Compare = (comparison: Comparison, before: Schema, after: Schema, path: string) => void;

/**
 * Compares two unions. Members are paired if they mean the same, have the same discriminator value,
 * or are the only ones of their type.
 */
export function compareUnions(
  comparison: Comparison,
  before: Members,
  after: Members,
  path: string,
  compareKinds: Compare,
): void {
  if (!shareKind(before, after)) {
    return comparison.report('type-changed', path, {
      before: describeSchema(toSchema(before)),
      after: describeSchema(toSchema(after)),
    });
  }
  if (before.nullable !== after.nullable)
    comparison.report(after.nullable ? 'null-added' : 'null-removed', path);
  compareLiterals(comparison, before, after, path);
  const [all, now] = [toSchema(before), toSchema(after)];
  const discriminator = findDiscriminator(comparison, before.plain, after.plain);
  // Members that were only split differently are not reported as removed and added.
  const same = comparison.forward(all, now) && comparison.backward(now, all);
  const pairs = pairMembers(comparison, before.plain, after.plain, discriminator, same);
  const named = before.plain.length > 1 || after.plain.length > 1;
  for (const [one, other] of pairs)
    compareKinds(
      comparison,
      one,
      other,
      named ? `${path}/${labelOf(comparison, other, discriminator)}` : path,
    );
  const pairedBefore = new Set(pairs.map(([one]) => one));
  const pairedAfter = new Set(pairs.map(([, other]) => other));
  for (const member of before.plain) {
    if (pairedBefore.has(member) || comparison.forward(member, now)) continue;
    if (isOnlyLiterals(after, member))
      comparison.report('enum-closed', path, { before: describeSchema(member) });
    else
      comparison.report('union-member-removed', path, {
        name: labelOf(comparison, member, discriminator, true),
      });
  }
  for (const member of after.plain) {
    if (pairedAfter.has(member) || comparison.backward(member, all)) continue;
    if (isOnlyLiterals(before, member))
      comparison.report('enum-opened', path, { after: describeSchema(member) });
    else
      comparison.report('union-member-added', path, {
        name: labelOf(comparison, member, discriminator),
      });
  }
}

function compareLiterals(
  comparison: Comparison,
  before: Members,
  after: Members,
  path: string,
): void {
  const [all, now] = [toSchema(before), toSchema(after)];
  const removed = before.literals.filter((value) => !comparison.forward({ const: value }, now));
  const added = after.literals.filter((value) => !comparison.backward({ const: value }, all));
  if (
    before.literals.length === 1 &&
    after.literals.length === 1 &&
    removed.length === 1 &&
    added.length === 1
  ) {
    return comparison.report('const-changed', path, {
      before: JSON.stringify(before.literals[0]),
      after: JSON.stringify(after.literals[0]),
    });
  }
  for (const value of removed)
    comparison.report('enum-value-removed', path, { name: JSON.stringify(value) });
  for (const value of added)
    comparison.report(
      typeof value === 'boolean' ? 'union-member-added' : 'enum-value-added',
      path,
      {
        name: JSON.stringify(value),
      },
    );
}

/** Pairs the members of two unions. With `exact`, pairs only equivalent members. */
function pairMembers(
  comparison: Comparison,
  before: Schema[],
  after: Schema[],
  discriminator: Discriminator | undefined,
  exact: boolean,
): [Schema, Schema][] {
  const pairs: [Schema, Schema][] = [];
  const [unpairedBefore, unpairedAfter] = [new Set(before), new Set(after)];
  const pairWhere = (fits: (one: Schema, other: Schema) => boolean): void => {
    for (const one of unpairedBefore) {
      const other = [...unpairedAfter].find((candidate) => fits(one, candidate));
      if (!other) continue;
      pairs.push([one, other]);
      unpairedBefore.delete(one);
      unpairedAfter.delete(other);
    }
  };
  pairWhere((one, other) => comparison.forward(one, other) && comparison.backward(other, one));
  if (exact) return pairs;
  if (discriminator)
    pairWhere(
      (one, other) =>
        discriminator.before.get(one) !== undefined &&
        discriminator.before.get(one) === discriminator.after.get(other),
    );
  const isDiscriminated = (member: Schema): boolean =>
    discriminator !== undefined &&
    (discriminator.before.has(member) || discriminator.after.has(member));
  pairWhere(
    (one, other) =>
      !isDiscriminated(one) &&
      !isDiscriminated(other) &&
      kindOf(one) === kindOf(other) &&
      (comparison.forward(one, other) || comparison.backward(other, one)),
  );
  const alone = (members: Set<Schema>, of: Schema): boolean =>
    [...members].filter((member) => kindOf(member) === kindOf(of)).length === 1;
  pairWhere(
    (one, other) =>
      !isDiscriminated(one) &&
      !isDiscriminated(other) &&
      kindOf(one) === kindOf(other) &&
      alone(unpairedBefore, one) &&
      alone(unpairedAfter, other),
  );
  return pairs;
}

/** Whether both unions have a type in common, besides `null`. If not, one change is reported. */
function shareKind(before: Members, after: Members): boolean {
  const [from, to] = [kindsOf(before), kindsOf(after)];
  return (
    from.size === 0 ||
    to.size === 0 ||
    from.has(undefined) ||
    to.has(undefined) ||
    [...from].some((each) => to.has(each))
  );
}

function kindsOf({ plain, literals }: Members): Set<string | undefined> {
  return new Set<string | undefined>([
    ...plain.map(kindOf),
    ...literals.map((value) => typeof value),
  ]);
}

function isOnlyLiterals({ plain, literals }: Members, member: Schema): boolean {
  return (
    !plain.some((each) => kindOf(each) === kindOf(member)) &&
    literals.some((value: Literal) => isOfType(value, member.type))
  );
}

function toSchema({ plain, literals, nullable }: Members): Schema {
  const parts = [
    ...plain,
    ...(literals.length > 0 ? [{ enum: literals }] : []),
    ...(nullable ? [{ type: 'null' as const }] : []),
  ];
  return parts.length === 1 ? parts[0]! : { anyOf: parts };
}
