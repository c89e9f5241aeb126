/**
 * Text of bytes in base64 with padding (RFC 4648, section 4). JSON Schema's `contentEncoding` is
 * only an annotation, so the OpenAPI document has this as the `pattern`.
 */
export const BASE64: RegExp = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
