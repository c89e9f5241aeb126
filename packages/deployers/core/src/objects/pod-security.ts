import { IMAGE } from '@gati/contract/internal';

/** Security context of all pods, which the Pod Security Standard `restricted` admits. */
export const POD_SECURITY = {
  runAsNonRoot: true,
  runAsUser: IMAGE.user,
  runAsGroup: IMAGE.user,
  fsGroup: IMAGE.user,
  seccompProfile: { type: 'RuntimeDefault' },
} as const;
