/** Runs every input that once went wrong through the built product and prints what was expected and what came: npm run cases [-- PART OF A NAME]. */
import { choices } from './choices';
import { Desk, type Case } from './desk';
import { doors } from './doors';
import { output } from './output';
import { parameters } from './parameters';
import { size } from './size';
import { sizes } from './sizes';
import { totals } from './totals';
import { truth } from './truth';
import { values } from './values';

const groups: Readonly<Record<string, readonly Case[]>> = {
  truth,
  totals,
  parameters,
  choices,
  sizes,
  values,
  output,
  size,
  doors,
};

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? '';
  let [passed, failed] = [0, 0];
  for (const [group, cases] of Object.entries(groups)) {
    for (const one of cases.filter(({ name }) => `${group}: ${name}`.includes(wanted))) {
      const got = await tried(one);
      const isRight = got === one.expected;
      console.log(`${isRight ? 'right' : 'WRONG'}  ${group}: ${one.name}`);
      console.log(`       expected  ${one.expected}\n       got       ${got}`);
      if (isRight) passed++;
      else failed++;
    }
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

async function tried(one: Case): Promise<string> {
  const desk = new Desk();
  try {
    return await one.got(desk);
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    desk.clear();
  }
}

void main();
