import type { ByteSource } from '../graph/byteSource';
import type { Model } from '../graph/model';
import { marked, ProblemList } from './problems';
import { Meter, readInRoom, type ReadModel, type Room } from './room';
import { attempt } from './unreadable';

/**
 * Reads a file of one piece within its room: what cannot be understood is told, and the file is given up where there is no room.
 * @param mostProblems that are told each by itself
 * @param read throws an `UnreadableError` where nothing comes of the file
 */
export function readTold(
  source: ByteSource,
  room: Room,
  mostProblems: number,
  read: (problems: ProblemList, meter: Meter) => Promise<Model>,
): Promise<ReadModel> {
  const problems = new ProblemList(mostProblems);
  const meter = new Meter(room);
  return readInRoom(source, { at: 0 }, async () => {
    const value = await attempt(problems, () => read(problems, meter));
    return marked({ value, problems: problems.finish(), bytes: meter.bytes });
  });
}
