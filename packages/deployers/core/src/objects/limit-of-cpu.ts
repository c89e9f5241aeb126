/** Returns the CPU at most by default: one, or what is reserved if that is more. */
export const limitOfCpu = (cpu: string): string => (coresOf(cpu) > 1 ? cpu : '1');

const coresOf = (cpu: string): number =>
  cpu.endsWith('m') ? Number.parseFloat(cpu) / 1000 : Number.parseFloat(cpu);
