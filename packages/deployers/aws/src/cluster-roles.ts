import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  ListAttachedRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { isOwn } from 'gati-deploy/cloud';
import type { Aws, AwsResource } from './aws.ts';
import { tagList, tagRecord } from './account.ts';
import { operation, orMissing, request, sender } from './operation.ts';

const GetRole = operation('iam.GetRole', GetRoleCommand, 'roles');
const ListAttached = operation(
  'iam.ListAttachedRolePolicies',
  ListAttachedRolePoliciesCommand,
  'roles',
);
const CreateRole = operation('iam.CreateRole', CreateRoleCommand, 'roles', {
  actions: ['iam:TagRole'],
  on: 'roles',
});
const AttachPolicy = operation('iam.AttachRolePolicy', AttachRolePolicyCommand, 'roles');
const DetachPolicy = operation('iam.DetachRolePolicy', DetachRolePolicyCommand, 'roles');
const DeleteRole = operation('iam.DeleteRole', DeleteRoleCommand, 'roles');

const OPERATIONS = [GetRole, ListAttached, CreateRole, AttachPolicy, DetachPolicy, DeleteRole];

interface RoleFacts {
  name: string;
  reason: string;
  /** The service that takes the role. */
  service: string;
  actions: string[];
  /** Names of policies that AWS manages. */
  policies: string[];
}

/**
 * The roles of a cluster in Auto Mode.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/automode-get-started-cli.html
 */
export function roleResources(aws: Aws, cluster: AwsResource): AwsResource[] {
  const { clusterRole, nodeRole } = aws.names;
  const roles: RoleFacts[] = [
    {
      name: clusterRole,
      reason: 'rights of the cluster',
      service: 'eks.amazonaws.com',
      actions: ['sts:AssumeRole', 'sts:TagSession'],
      policies: [
        'AmazonEKSClusterPolicy',
        'AmazonEKSComputePolicy',
        'AmazonEKSBlockStoragePolicy',
        'AmazonEKSLoadBalancingPolicy',
        'AmazonEKSNetworkingPolicy',
      ],
    },
    {
      name: nodeRole,
      reason: 'lets the nodes pull the image',
      service: 'ec2.amazonaws.com',
      actions: ['sts:AssumeRole'],
      policies: ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'],
    },
  ];
  return roles.map((facts) => ({ ...roleResource(aws, facts), serves: cluster }));
}

function roleResource(
  aws: Aws,
  { name, reason, service, actions, policies }: RoleFacts,
): AwsResource {
  const { place, names, clients, partition } = aws;
  const send = sender(clients, OPERATIONS);
  const RoleName = name;
  const wanted = policies.map((policy) => `arn:${partition}:iam::aws:policy/${policy}`);
  const attached = async (): Promise<string[]> => {
    const { AttachedPolicies = [] } = await send(ListAttached, { RoleName });
    return AttachedPolicies.flatMap(({ PolicyArn }) => PolicyArn ?? []);
  };
  return {
    service: 'cluster',
    name: `IAM role ${name}`,
    reason,
    grants: OPERATIONS.flatMap(({ grants }) => grants),
    async find() {
      const found = await orMissing(send(GetRole, { RoleName }));
      if (!found?.Role) return undefined;
      const given = await attached();
      const isComplete = wanted.every((each) => given.includes(each));
      const own = isOwn(place, tagRecord(found.Role.Tags));
      // The role of somebody else gets no rights.
      return { isOwn: own, state: isComplete || !own ? 'ready' : 'incomplete' };
    },
    async create(found) {
      if (!found)
        return [
          request(send, CreateRole, {
            RoleName,
            Description: `${reason} of ${names.base}`,
            AssumeRolePolicyDocument: JSON.stringify({
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: actions }],
            }),
            Tags: tagList(names.tags),
          }),
        ];
      const own = await attached();
      return wanted
        .filter((PolicyArn) => !own.includes(PolicyArn))
        .map((PolicyArn) => request(send, AttachPolicy, { RoleName, PolicyArn }));
    },
    async remove() {
      const own = await attached();
      return [
        ...own.map((PolicyArn) => request(send, DetachPolicy, { RoleName, PolicyArn })),
        request(send, DeleteRole, { RoleName }),
      ];
    },
  };
}
