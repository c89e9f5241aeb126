import { DescribeRepositoriesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient, ListClustersCommand } from '@aws-sdk/client-eks';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';

const names = (kind: string, list: (string | undefined)[] = []): string[] =>
  list.map((name) => `${kind} ${name}`);

/** Lists what an account has, of all kinds that a deploy creates. */
export async function listAll(endpoint: string): Promise<string[]> {
  const options = {
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
  const [ecr, eks, iam] = [new ECRClient(options), new EKSClient(options), new IAMClient(options)];
  const all = await Promise.all([
    ecr.send(new DescribeRepositoriesCommand({})).then(({ repositories }) =>
      names(
        'repository',
        repositories?.map((each) => each.repositoryName),
      ),
    ),
    eks.send(new ListClustersCommand({})).then(({ clusters }) => names('cluster', clusters)),
    iam.send(new ListRolesCommand({})).then(({ Roles }) =>
      names(
        'role',
        Roles?.map((each) => each.RoleName),
      ),
    ),
  ]);
  for (const client of [ecr, eks, iam]) client.destroy();
  return all.flat();
}
