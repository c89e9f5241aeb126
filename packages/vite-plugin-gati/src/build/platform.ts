/** What compiled code was installed for: an image for another platform cannot run it. */
export interface NativePlatform {
  platform: string;
  arch: string;
  /** On Linux only. */
  libc?: 'glibc' | 'musl';
}

export function nativePlatform(): NativePlatform {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, arch };
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return { platform, arch, libc: report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc' };
}
