import type { NativeCode } from '@gati/contract';

/** Returns the platform that compiled code was installed for. Images for others can't run it. */
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
