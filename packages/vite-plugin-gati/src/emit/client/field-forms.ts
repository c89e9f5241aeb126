import type { Contract, RouteContract } from '@gati/contract';
import { fieldForms, propertyKey, quote } from '@gati/contract/internal';

/**
 * Prints the client settings of the fields whose values do not determine their form: `, fields: {
 * 'GET /a': { query: { filter: 'json' } } }`.
 */
export function printFieldForms(contract: Contract): string {
  const routes = contract.routes.flatMap((route) => {
    const parts = printParts(route, contract);
    return parts === '' ? [] : [`${quote(route.id)}: { ${parts} }`];
  });
  return routes.length === 0 ? '' : `, fields: { ${routes.join(', ')} }`;
}

function printParts({ params, query, headers, body }: RouteContract, { $defs }: Contract): string {
  const isForm = body?.contentTypes.some((type) => FORM_TYPES.has(type));
  const parts = {
    params: fieldForms(params, $defs, 'params'),
    query: fieldForms(query, $defs, 'query'),
    headers: fieldForms(headers, $defs, 'headers'),
    body: isForm ? fieldForms(body?.schema, $defs, 'form') : undefined,
  };
  return Object.entries(parts)
    .filter(([, forms]) => forms !== undefined)
    .map(([part, forms]) => {
      const fields = Object.entries(forms!).map(
        ([name, form]) => `${propertyKey(name)}: ${quote(form)}`,
      );
      return `${part}: { ${fields.join(', ')} }`;
    })
    .join(', ');
}

const FORM_TYPES = new Set(['multipart/form-data', 'application/x-www-form-urlencoded']);
