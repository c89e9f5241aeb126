// The work of every peer: the same responses and the same body, validated as the documentation of the
// peer shows.
export const user = (id) => ({ id, name: 'Ada', roles: ['admin', 'dev'] });
export const created = (body) => ({
  id: 'u1',
  name: body.name,
  city: body.address.city,
  tags: body.tags,
});

const string = { type: 'string' };
export const bodySchema = {
  type: 'object',
  required: ['name', 'email', 'age', 'active', 'tags', 'address'],
  properties: {
    name: string,
    email: string,
    age: { type: 'number' },
    active: { type: 'boolean' },
    tags: { type: 'array', items: string },
    address: {
      type: 'object',
      required: ['city', 'zip'],
      properties: { city: string, zip: string },
    },
  },
};

export const userSchema = {
  type: 'object',
  properties: { id: string, name: string, roles: { type: 'array', items: string } },
};
export const createdSchema = {
  type: 'object',
  properties: { id: string, name: string, city: string, tags: { type: 'array', items: string } },
};

/** Validates the body by hand, for peers without a validator. */
export const valid = (v) =>
  typeof v === 'object' &&
  v !== null &&
  typeof v.name === 'string' &&
  typeof v.email === 'string' &&
  Number.isFinite(v.age) &&
  typeof v.active === 'boolean' &&
  Array.isArray(v.tags) &&
  v.tags.every((tag) => typeof tag === 'string') &&
  typeof v.address === 'object' &&
  v.address !== null &&
  typeof v.address.city === 'string' &&
  typeof v.address.zip === 'string';

export const announce = (port) =>
  console.log(JSON.stringify({ level: 'info', msg: 'listening', url: `http://127.0.0.1:${port}` }));
