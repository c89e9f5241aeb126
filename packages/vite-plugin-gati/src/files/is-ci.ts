/** Whether this process runs on CI. */
export function isCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}
