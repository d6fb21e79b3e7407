// Generalised advantage estimation in JavaScript, held against the vectors of rlproof.
//
// node gae.mjs gae.advantage.json [PLANTED]
//
// PLANTED is the name of a deviation that this program can plant into its own function. The program knows nothing of
// rlproof but the file. It prints one JSON object; its exit code is 0 if every case agrees, 1 if not, 2 if none ran.

import { readFileSync } from "node:fs";

/** A_t = delta_t + gamma lambda (1 - cut_t) A_{t+1}, by a backward loop. */
function advantage({ rewards, values, next_values, terminated, truncated, gamma, gae_lambda }) {
  const found = new Array(rewards.length);
  let following = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    const bootstrap = terminated[t] ? 0 : discountOf(gamma, t) * next_values[t];
    const error = rewards[t] + bootstrap - values[t];
    const cut = terminated[t] || truncated[t];
    following = error + (cut ? 0 : discountOf(gamma, t) * gae_lambda * following);
    found[t] = following;
  }
  return found;
}

/** One discount for all transitions, or one for each. */
const discountOf = (gamma, t) => (Array.isArray(gamma) ? gamma[t] : gamma);

const or = (first, second) => first.map((flag, t) => flag || second[t]);
const none = (flags) => flags.map(() => false);

/** Mistakes, each by the name that the file has for it. */
const PLANTED = {
  truncation_as_termination: (x) => advantage({ ...x, terminated: or(x.terminated, x.truncated) }),
  truncated_ignored: (x) => advantage({ ...x, truncated: none(x.truncated) }),
  negated: (x) => advantage(x).map((entry) => -entry),
};

/** The doubles of an input or output; flags and counts are plain. */
const plain = (entry) => (entry !== null && typeof entry === "object" && "float64" in entry ? entry.float64 : entry);

const NAMED = { inf: Infinity, "-inf": -Infinity, nan: NaN };
const number = (entry) => (typeof entry === "string" ? NAMED[entry] : entry);
const within = (got, expected, bound) =>
  got === number(expected) || Math.abs(got - number(expected)) <= number(bound) + Math.abs(number(expected)) * 2 ** -53;

const [file, planted] = process.argv.slice(2);
const vectors = JSON.parse(readFileSync(file, "utf8"));
if (vectors.format !== "rlproof-vectors-1") throw new Error(`unknown format ${vectors.format}`);
const candidate = planted === undefined ? advantage : PLANTED[planted];

const failed = [];
for (const { id, inputs, outputs, tolerance } of vectors.cases) {
  const passed = Object.fromEntries(Object.entries(inputs).map(([name, entry]) => [name, plain(entry)]));
  const [got, expected] = [candidate(passed), plain(outputs.advantage)];
  const agrees =
    got.length === expected.length && got.every((entry, t) => within(entry, expected[t], tolerance.advantage.float64[t]));
  if (!agrees) failed.push(id);
}

// A deviation that shows on the cases that failed, and on no others, is what the function may have.
const ran = vectors.cases.length;
const may_be = vectors.flags.filter((flag) => String(flag.cases) === String(failed)).map((flag) => flag.id);
console.log(JSON.stringify({ equation: vectors.equation, loaded: ran, run: ran, failed: failed.length, may_be }));
process.exit(ran === 0 ? 2 : failed.length > 0 ? 1 : 0);
