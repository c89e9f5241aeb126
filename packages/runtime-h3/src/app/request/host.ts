/** `uri-host [ ":" port ]` (RFC 9110, section 7.2). Empty if the target has no authority. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~%!$&'()*+,;=-]*)(?::\d*)?$/i;

/** Whether a string has the form of `Host`. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}
