import { createHash } from 'node:crypto';
import type { KubeObject } from '../kube/cluster.ts';
import { KINDS } from '../kube/kinds.ts';
import { commonLabels, LABELS } from './labels.ts';
import type { Target } from './target.ts';

export const setName = ({ app }: Target): string => `${app}-deploy`;

export function setId(target: Target): string {
  const parts = [setName(target), target.namespace, 'ConfigMap', ''];
  const digest = createHash('sha256').update(parts.join('.')).digest('base64url');
  return `applyset-${digest}-v1`;
}

export function headOf(kind: string): { kind: string; apiVersion: string } {
  return { kind, apiVersion: KINDS[kind]!.apiVersion };
}

interface ObjectParts {
  kind: string;
  name: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  spec?: object;
  rest?: object;
}

export function withIdentity(
  target: Target,
  { kind, name, labels, annotations, spec, rest }: ObjectParts,
): KubeObject {
  return {
    ...headOf(kind),
    metadata: {
      name,
      namespace: target.namespace,
      labels: { ...commonLabels(target), [LABELS.partOf]: setId(target), ...labels },
      ...(annotations && { annotations }),
    },
    ...rest,
    ...(spec && { spec }),
  };
}
