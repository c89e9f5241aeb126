import { EC2Client } from '@aws-sdk/client-ec2';
import { ECRClient } from '@aws-sdk/client-ecr';
import { EKSClient } from '@aws-sdk/client-eks';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';

/** Clients by the prefix of their actions in IAM. */
export interface Clients {
  ec2: EC2Client;
  ecr: ECRClient;
  eks: EKSClient;
  iam: IAMClient;
  sts: STSClient;
}

export type ClientName = keyof Clients;

/** Creates the clients. Credentials and endpoints come from the environment, as for other tools. */
export function createClients(region: string): Clients {
  const options = { region, customUserAgent: 'gati-deploy' };
  const sts = new STSClient(options);
  // One chain of credentials, so that each program or login service is asked once.
  const shared = { ...options, credentials: sts.config.credentials };
  return {
    ec2: new EC2Client(shared),
    ecr: new ECRClient(shared),
    eks: new EKSClient(shared),
    iam: new IAMClient(shared),
    sts,
  };
}
