import type { NativeCode } from '@gati/contract';

/** What compiled code was installed for: an image for another platform cannot run it. */
export function nativePlatform(): Omit<NativeCode, 'packages'> {
  const { platform, arch } = process;
  if (platform !== 'linux') return { platform, arch };
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return {
    platform,
    arch,
    libc: report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc',
  };
}
