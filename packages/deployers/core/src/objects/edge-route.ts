import type { Settings } from '../config/settings.ts';
import type { DomainPaths } from './target.ts';

/** A Service, with its share of the requests. */
export interface Backend {
  service: string;
  /** Percent; absent if it gets all requests. */
  weight?: number;
}

/** Access to an app from outside of the cluster. */
export interface EdgeRoute {
  kind: 'HTTPRoute' | 'Ingress';
  spec: object;
}

/** Whether a gateway divides the requests among releases by weights. */
export const hasWeights = ({ kubernetes: { gateway } = {} }: Settings): boolean =>
  gateway !== undefined;

/**
 * Whether a gateway or an ingress sends requests to the pods of domains. Otherwise the core does.
 */
export const hasEdge = ({ kubernetes: { gateway, ingress } = {} }: Settings): boolean =>
  gateway !== undefined || ingress !== undefined;

/**
 * Returns the route of an app at its Gateway, or its Ingress; `undefined` if the settings name
 * neither.
 *
 * @param backendsOf returns the Services of a domain, or of the core for `undefined`
 */
export function createEdgeRoute(
  settings: Settings,
  paths: DomainPaths,
  backendsOf: (domain: string | undefined) => Backend[],
): EdgeRoute | undefined {
  const { gateway, ingress } = settings.kubernetes ?? {};
  const host = hostOf(settings.url);
  const rules = [
    ...Object.entries(paths).filter(([, list]) => list.length > 0),
    [undefined, ['/']] as [undefined, string[]],
  ];
  if (gateway !== undefined)
    return {
      kind: 'HTTPRoute',
      spec: {
        parentRefs: [parentOf(gateway)],
        ...(host !== undefined && { hostnames: [host] }),
        rules: rules.map(([domain, list]) => ({
          matches: list.map((value) => ({ path: { type: 'PathPrefix', value } })),
          backendRefs: backendsOf(domain).map(({ service, weight }) => ({
            name: service,
            port: 80,
            ...(weight !== undefined && { weight }),
          })),
        })),
      },
    };
  if (ingress === undefined) return undefined;
  return {
    kind: 'Ingress',
    spec: {
      ingressClassName: ingress,
      rules: [
        {
          ...(host !== undefined && { host }),
          http: {
            paths: rules.flatMap(([domain, list]) =>
              list.map((path) => ({
                path,
                pathType: 'Prefix',
                backend: {
                  service: { name: backendsOf(domain)[0]!.service, port: { name: 'http' } },
                },
              })),
            ),
          },
        },
      ],
    },
  };
}

/** Returns the parent of a route: `edge`, or `infra/edge` in another namespace. */
function parentOf(gateway: string): object {
  const [name, namespace] = gateway.split('/').reverse();
  return { name, ...(namespace !== undefined && { namespace }) };
}

/** Returns the host name for a route; `undefined` for an IP address. */
function hostOf(url: string | undefined): string | undefined {
  const { hostname = '' } = url !== undefined && URL.canParse(url) ? new URL(url) : {};
  return hostname === '' || /^[\d.]+$/.test(hostname) || hostname.startsWith('[')
    ? undefined
    : hostname;
}
