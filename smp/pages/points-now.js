// What the page works on at this moment: the photo in hand, what is chosen in it, what comes next.

import { spotsOf } from "./points-marks.js";

export const MODES = ["points", "card", "coin", "avoid"];
// What is told best first: where a face is found the mesh knows its points, and ears and vertex tell most.
const ORDER = ["glabella", "left_tragion", "right_tragion", "left_ear_top", "right_ear_top", "vertex", "nose_tip", "left_outer_canthus",
  "right_outer_canthus", "menton", "inion", "sellion", "subnasale", "left_cheilion", "right_cheilion", "left_inner_canthus", "right_inner_canthus"];
const EARS_FIRST = ["left_tragion", "right_tragion", "left_ear_top", "right_ear_top", "vertex", "inion"];

// `opening` is what the server told at first, `marks` all that is marked; `chosen` is the mark that keys and buttons mean,
// `next` the point that a click places.
export const now = { opening: null, marks: null, photo: 0, mode: "points", chosen: null, next: null, skipped: new Set(), ended: false };

export const photo = () => now.opening.photos[now.photo];
export const points = () => here().points;
export const here = () => now.marks.photos[now.photo];
export const spots = () => spotsOf(here(), now.mode);
export const hasFace = () => Object.keys(photo().suggested).length > 0;

export function order() {
  return hasFace() ? [...EARS_FIRST, ...ORDER.filter((name) => !EARS_FIRST.includes(name))] : inSightFirst(ORDER);
}

// A brow or nose and an ear without a face found: the photo shows one side, and points of the other come last.
function inSightFirst(names) {
  const [left, right] = ["left_", "right_"].map((side) => Object.keys(points()).some((name) => name.startsWith(side)));
  if (left === right || !(points().glabella || points().nose_tip)) return names;
  const hidden = left ? "right_" : "left_";
  return [...names.filter((name) => !name.startsWith(hidden)), ...names.filter((name) => name.startsWith(hidden))];
}

// Find the point to mark after this one: the next in order that is neither placed nor out of sight.
export function following(name, step = 1) {
  const all = order();
  const start = name === null ? (step > 0 ? -1 : all.length) : all.indexOf(name);
  for (let count = 1; count <= all.length; count += 1) {
    const one = all[(start + step * count + all.length * 2) % all.length];
    if (!points()[one] && !now.skipped.has(one)) return one;
  }
  return null;
}

export const sentenceOf = (name) => {
  const sentence = typeset(now.opening.point_names.find((one) => one.name === name).sentence);
  return sentence[0].toUpperCase() + sentence.slice(1);
};
export const typeset = (words) => words.replaceAll("'", "’");
