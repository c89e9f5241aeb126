/**
 * Returns the part of a pod's spec that spreads the pods with these labels over nodes and zones.
 */
export function spreadPods(matchLabels: Record<string, string>): Record<string, unknown> {
  const labelSelector = { matchLabels };
  const rule = { maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway', labelSelector };
  return {
    topologySpreadConstraints: ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].map(
      (topologyKey) => ({ ...rule, topologyKey }),
    ),
  };
}
