import {
  CreateOriginAccessControlCommand,
  DeleteOriginAccessControlCommand,
  GetOriginAccessControlCommand,
  ListOriginAccessControlsCommand,
} from '@aws-sdk/client-cloudfront';
import type { Aws, AwsResource } from './aws.ts';
import { operation, request, type Send, sender } from './operation.ts';

const ListControls = operation(
  'cloudfront.ListOriginAccessControls',
  ListOriginAccessControlsCommand,
  'all',
);
const GetControl = operation(
  'cloudfront.GetOriginAccessControl',
  GetOriginAccessControlCommand,
  'all',
);
const CreateControl = operation(
  'cloudfront.CreateOriginAccessControl',
  CreateOriginAccessControlCommand,
  'all',
);
const DeleteControl = operation(
  'cloudfront.DeleteOriginAccessControl',
  DeleteOriginAccessControlCommand,
  'all',
);
export const CONTROLS = [ListControls, GetControl, CreateControl, DeleteControl];

/** Permission of CloudFront to read the bucket of the assets. */
export function accessControlResource({ names, clients }: Aws): AwsResource {
  const send = sender(clients, CONTROLS);
  const find = (): Promise<string | undefined> => findControl(send, names.base);
  return {
    room: 'edge',
    name: `CloudFront origin access control ${names.base}`,
    reason: 'lets CloudFront read the assets',
    grants: CONTROLS.flatMap(({ grants }) => grants),
    look: async () => ((await find()) ? { isOwn: true, state: 'ready' } : undefined),
    create: async () => [
      request(send, CreateControl, {
        OriginAccessControlConfig: {
          Name: names.base,
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      }),
    ],
    async remove() {
      const Id = (await find())!;
      const { ETag: IfMatch } = await send(GetControl, { Id });
      return [request(send, DeleteControl, { Id, IfMatch })];
    },
  };
}

/** Returns the identifier of an origin access control. */
export async function findControl(send: Send, name: string): Promise<string | undefined> {
  const { OriginAccessControlList } = await send(ListControls, {});
  return OriginAccessControlList?.Items?.find((each) => each.Name === name)?.Id;
}
