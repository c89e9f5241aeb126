import {
  CreateOriginAccessControlCommand,
  DeleteOriginAccessControlCommand,
  GetOriginAccessControlCommand,
  ListOriginAccessControlsCommand,
  type OriginAccessControlSummary,
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
  return {
    service: 'edge',
    name: `CloudFront origin access control ${names.base}`,
    reason: 'lets CloudFront read the assets',
    grants: CONTROLS.flatMap(({ grants }) => grants),
    // An access control can't have tags. Its description contains the app and the environment.
    async find() {
      const found = await findControl(send, names.base);
      return found && { isOwn: found.Description === names.mark, state: 'ready' };
    },
    create: async () => [
      request(send, CreateControl, {
        OriginAccessControlConfig: {
          Name: names.base,
          Description: names.mark,
          OriginAccessControlOriginType: 's3',
          SigningBehavior: 'always',
          SigningProtocol: 'sigv4',
        },
      }),
    ],
    async remove() {
      const { Id } = (await findControl(send, names.base))!;
      const { ETag: IfMatch } = await send(GetControl, { Id });
      return [request(send, DeleteControl, { Id, IfMatch })];
    },
  };
}

/** Finds an origin access control by its name. */
export async function findControl(
  send: Send,
  name: string,
): Promise<OriginAccessControlSummary | undefined> {
  const { OriginAccessControlList } = await send(ListControls, {});
  return OriginAccessControlList?.Items?.find((each) => each.Name === name);
}
