export const to = '2.0.0';

/** Release 1 had the route of the words under another name. */
export default { moved: { 'GET /meanings': { to: 'GET /words' } } } satisfies Migration<'1.x'>;
