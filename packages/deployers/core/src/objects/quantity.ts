const FACTORS: Record<string, number> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Returns the number of a quantity of Kubernetes, such as `250m` or `1.5Gi`; `NaN` for others. */
export function parseQuantity(text: string): number {
  const [, digits = '', unit = ''] =
    /^(\d{1,15}(?:\.\d{1,9})?)(m|k|[KMGT]i|[MGT])?$/.exec(text) ?? [];
  return digits === '' ? Number.NaN : Number(digits) * FACTORS[unit]!;
}
