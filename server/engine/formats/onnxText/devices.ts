import { printDim } from '../../graph/dim';
import type { DeviceConfiguration, NodeDeviceConfiguration, Sharding } from '../../graph/model';

/** The grammar has no words for devices (IR version 11): they stand in comments, in these. */

/** `tp2: 2 devices (gpu:0, gpu:1)` */
export function configurationText({ name, deviceCount, devices }: DeviceConfiguration): string {
  const names = devices.length > 0 ? ` (${devices.join(', ')})` : '';
  return `${name}: ${deviceCount ?? '?'} devices${names}`;
}

/** `tp2: stage 1, x on [0, 1] axis 0 / 2` */
export function nodeDevicesText({
  configuration,
  pipelineStage,
  shardings,
}: NodeDeviceConfiguration): string {
  const stage = pipelineStage === null ? [] : [`stage ${pipelineStage}`];
  return `${configuration}: ${[...stage, ...shardings.map(shardingText)].join(', ')}`;
}

/** `x on [0, 1] axis 0 / 2`: the tensor, who holds its shards, and how often each axis is cut. */
export function shardingText({ tensor, devices, groups, axes }: Sharding): string {
  const holders = devices.map((device) => {
    const group = groups.find((one) => one.group === device);
    return group ? `{${group.devices.join(', ')}}` : String(device);
  });
  const cuts = axes.map(({ axis, parts }) => {
    const shards = parts.map(({ dim, shards }) => {
      const size = parts.length > 1 && dim !== null ? `${printDim(dim)} ` : '';
      return `${size}/ ${shards ?? '?'}`;
    });
    return ` axis ${axis} ${shards.join(', ')}`;
  });
  return `${tensor} on [${holders.join(', ')}]${cuts.join('')}`;
}
