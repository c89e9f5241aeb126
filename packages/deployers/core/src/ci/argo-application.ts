import { printYaml } from '../config/print-yaml.ts';

/** Facts that the Application depends on. */
export interface ApplicationFacts {
  app: string;
  environment: string;
  /** Namespace of the app. */
  namespace: string;
  /** Address of the repository. */
  repository: string;
  branch: string;
  /** Folder of the objects in the repository. */
  folder: string;
}

export const APPLICATION_HEAD =
  '# Written by `gati-deploy init-ci argocd`. The command replaces this file.';

/**
 * Prints an Application of Argo CD for the objects that `gati-deploy render` writes.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
 */
export function printArgoApplication(facts: ApplicationFacts): string {
  const { app, environment, namespace, repository, branch, folder } = facts;
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: `${app}-${environment}`,
      namespace: 'argocd',
      labels: { 'gati.dev/app': app, 'gati.dev/env': environment },
    },
    spec: {
      project: 'default',
      source: { repoURL: repository, targetRevision: branch, path: folder },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: {
        // Objects of earlier releases are removed once the repository no longer has them.
        automated: { prune: true, selfHeal: true },
        syncOptions: ['CreateNamespace=true', 'ServerSideApply=true', 'PruneLast=true'],
        retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } },
      },
    },
  };
  return `${APPLICATION_HEAD}\n${printYaml(application)}`;
}
