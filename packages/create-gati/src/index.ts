export { CreateError } from './errors.ts';
export { toPackageName, toTarget, type Target } from './name.ts';
export { scaffold, type ScaffoldInput } from './scaffold.ts';
export { type Template, TEMPLATES } from './templates.ts';
