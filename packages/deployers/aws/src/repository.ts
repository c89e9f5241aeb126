import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoriesCommand,
  GetAuthorizationTokenCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr';
import { GatiError } from '@gati/contract';
import { type CloudSession, isOwn } from 'gati-deploy/cloud';
import type { Aws, AwsResource } from './aws.ts';
import { tagList, tagRecord } from './account.ts';
import { type Grant, operation, orMissing, request, sender } from './operation.ts';
import { PRICES } from './prices.ts';

const DescribeRepositories = operation(
  'ecr.DescribeRepositories',
  DescribeRepositoriesCommand,
  'repository',
);
const ListTags = operation('ecr.ListTagsForResource', ListTagsForResourceCommand, 'repository');
const CreateRepository = operation('ecr.CreateRepository', CreateRepositoryCommand, 'repository', {
  actions: ['ecr:TagResource'],
  on: 'repository',
});
const DeleteRepository = operation('ecr.DeleteRepository', DeleteRepositoryCommand, 'repository');
const GetAuthorizationToken = operation(
  'ecr.GetAuthorizationToken',
  GetAuthorizationTokenCommand,
  'all',
);

/** Actions of a push, whose requests are those of a registry. */
const PUSH: Grant = {
  actions: [
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:CompleteLayerUpload',
    'ecr:GetDownloadUrlForLayer',
    'ecr:InitiateLayerUpload',
    'ecr:PutImage',
    'ecr:UploadLayerPart',
  ],
  on: 'repository',
};

const OPERATIONS = [
  DescribeRepositories,
  ListTags,
  CreateRepository,
  DeleteRepository,
  GetAuthorizationToken,
];

/** The ECR repository of the image. Its tags are immutable, since a deploy never moves a tag. */
export function repositoryResource(aws: Aws): AwsResource {
  const { place, names, clients } = aws;
  const send = sender(clients, OPERATIONS);
  const repositoryName = names.base;
  return {
    service: 'registry',
    name: `ECR repository ${repositoryName}`,
    reason: 'the image',
    price: PRICES.repository,
    grants: [...OPERATIONS.flatMap(({ grants }) => grants), PUSH],
    async find() {
      const uri = await findRepository(aws);
      if (!uri) return undefined;
      const { tags } = await send(ListTags, { resourceArn: uri.arn });
      return { isOwn: isOwn(place, tagRecord(tags)), state: 'ready' };
    },
    create: async () => [
      request(send, CreateRepository, {
        repositoryName,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        tags: tagList(names.tags),
      }),
    ],
    remove: async () => [request(send, DeleteRepository, { repositoryName, force: true })],
  };
}

async function findRepository({
  clients,
  names,
}: Aws): Promise<{ arn: string; uri: string } | undefined> {
  const send = sender(clients, OPERATIONS);
  const found = await orMissing(send(DescribeRepositories, { repositoryNames: [names.base] }));
  const { repositoryArn: arn, repositoryUri: uri } = found?.repositories?.[0] ?? {};
  return arn && uri ? { arn, uri } : undefined;
}

/** Returns the address of the repository, with credentials that are valid for 12 hours. */
export async function readRegistry(
  aws: Aws,
): Promise<Awaited<ReturnType<CloudSession['registry']>>> {
  const send = sender(aws.clients, OPERATIONS);
  const found = await findRepository(aws);
  const { authorizationData } = await send(GetAuthorizationToken, {});
  const token = authorizationData?.[0]?.authorizationToken ?? '';
  const [user, ...password] = Buffer.from(token, 'base64').toString('utf8').split(':');
  if (!found || !user || password.length === 0)
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: `There is no ECR repository ${aws.names.base}, or ECR returned no credentials for it.`,
      fix: 'Run `gati-deploy aws`, which creates the repository.',
    });
  return {
    repository: found.uri,
    credentials: { kind: 'password', user, password: password.join(':') },
  };
}
