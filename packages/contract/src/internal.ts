/**
 * Entry `@gati/contract/internal`: helpers that the packages of Gati share. They are not part of
 * the public API and change in any release.
 */
export { wantsColors } from './colors.ts';
export { escapeControls, escapeOutput } from './escape-controls.ts';
export { redactUrls } from './diagnostics/redact-urls.ts';
export { count } from './count.ts';
export { FRAMING_HEADERS } from './http/framing-headers.ts';
export { editDistance, suggest } from './data/suggest.ts';
export { isJsonMediaType, PROBLEM_MEDIA_TYPE } from './http/media-type.ts';
export { HTTP_METHODS, ROUTE_METHODS } from './http/methods.ts';
export { isPanelPath, PANEL_PATH } from './http/panel-path.ts';
export { PROBE_PATHS } from './http/probe-paths.ts';
export { normalizePercent } from './http/percent.ts';
export { toRouterPath } from './http/router-path.ts';
export { STATUS_TITLES } from './http/status-titles.ts';
export {
  IMAGE,
  IMAGE_ENV,
  IMAGE_IGNORES,
  imageLabels,
  PACKAGES_FILE,
} from './image/image-facts.ts';
export { jsDoc, type Notes, propertyKey, quote, toLiteral } from './print/literals.ts';
export { alternativesOf, lookUpIn, type LookUp } from './schema/alternatives.ts';
export { type ConvertedSchema, fromJsonSchema } from './schema/from-json-schema.ts';
export { type Field, fieldsOf, undeclaredField } from './schema/fields.ts';
export { fieldForms, type FieldForms } from './schema/field-forms.ts';
export { JSON_FORMS, type JsonForm } from './schema/json-forms.ts';
export {
  TEXT_FORMS,
  type TextForm,
  type TextFormKind,
  textFormOf,
  type TextPlace,
} from './schema/text-form.ts';
export { compareLiterals } from './schema/canonical.ts';
export { BASE64 } from './schema/base64.ts';
export { ANNOTATIONS } from './schema/ir.ts';
export { isSecretSchema, secretParts } from './schema/secrets.ts';
export { combineSecurity } from './security/combine.ts';
export { describeSecurity } from './security/describe.ts';
export { nameSchemes } from './security/name-schemes.ts';
export { retiredResolution } from './versions/resolve-version.ts';
export { GITHUB_ACTIONS } from './image/github-actions.ts';
