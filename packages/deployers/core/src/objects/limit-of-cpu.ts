/** Returns the default limit of CPU: one core, or the reserved CPU if that is more. */
export const limitOfCpu = (cpu: string): string => (coresOf(cpu) > 1 ? cpu : '1');

const coresOf = (cpu: string): number =>
  cpu.endsWith('m') ? Number.parseFloat(cpu) / 1000 : Number.parseFloat(cpu);
