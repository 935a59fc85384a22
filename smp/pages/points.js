// The page of `smp points`: what clicks, keys and buttons do, and how it begins, saves and ends.

import { CARD_CORNERS, isNumbered, labelOf, Marks, moveSpot, removeSpot, sideOf, spotsOf } from "./points-marks.js";
import { following, here, MODES, now, order, photo, points, sentenceOf, spots } from "./points-now.js";
import { buildDrawings, buildList, buildTabs, paintThumbnail, renderPanel } from "./points-panel.js";
import { ask, enter, leave } from "./points-server.js";
import { Stage } from "./points-stage.js";

const ALIVE_MS = 45_000;
const AVOID = { radius_mm: 3, kind: "mole" };
const $ = (id) => document.getElementById(id);

let stage = null;
const bitmaps = [];

async function begin() {
  try {
    await enter();
    now.opening = await (await ask("opening")).json();
    now.marks = new Marks(now.opening.photos);
    stage = new Stage($("photo"), $("loupe"), { place, pick, drag, drop, hover });
    buildDrawings(choose);
    buildTabs((index) => show(index).catch((fault) => toast(fault.message)));
    buildList(choose);
    buildChoices();
    $("app").hidden = false;
    await show(0);
    $("curtain").hidden = true;
    hint(matchMedia("(pointer: coarse)").matches ? "Press to aim, let go to place. Two fingers move and zoom." : "Click to place. Wheel zooms, dragging moves the photo.");
    setInterval(() => now.ended || ask("here", {}).catch(() => {}), ALIVE_MS);
    for (let index = 1; index < now.opening.photos.length; index += 1) await load(index);
  } catch (fault) {
    curtain("This page cannot be opened", fault.message);
  }
}

async function load(index) {
  if (!bitmaps[index]) {
    bitmaps[index] = await createImageBitmap(await (await ask(`photos/${index}.jpg`)).blob());
    paintThumbnail(index, bitmaps[index]);
  }
  return bitmaps[index];
}

async function show(index) {
  const bitmap = await load(index);
  Object.assign(now, { photo: index, chosen: null, skipped: new Set(), mode: "points" });
  now.next = following(null);
  const shown = stage.show(bitmap);
  render();
  await shown;
}

// ---------------------------------------------------------------------------------------------------- what comes next

function place(x, y) {
  if (now.mode !== "points") return placeSpot(x, y);
  if (now.next === null) {
    now.chosen = null;
    return render();
  }
  const name = now.next;
  now.marks.change(now.photo, (one) => (one.points[name] = rounded(x, y)));
  speak(`${labelOf(name)} placed`);
  now.chosen = name;
  now.next = following(name);
  render();
}

function placeSpot(x, y) {
  const { mode } = now;
  if (mode === "card" && spots().length >= CARD_CORNERS) return toast("The card has its four corners. Drag them, or remove one.");
  now.marks.change(now.photo, (one) => (mode === "avoid" ? one.avoid.push({ at: rounded(x, y), ...AVOID }) : spotsOf(one, mode).push(rounded(x, y))));
  now.chosen = `${mode} ${spots().length - 1}`;
  render();
}

function pick(key) {
  if (key.startsWith("suggested ")) return take(key.slice(10));
  now.chosen = key;
  render();
}

function take(name) {
  const spot = photo().suggested[name];
  now.marks.change(now.photo, (one) => (one.points[name] = [...spot]));
  speak(`${labelOf(name)} placed where the program sees it`);
  now.chosen = name;
  now.next = following(name);
  render();
}

function drag(key, x, y) {
  const name = key.startsWith("suggested ") ? key.slice(10) : key;
  now.marks.change(now.photo, (one) => move(one, name, rounded(x, y)), `drag ${name}`);
  now.chosen = name;
  if (now.next === name) now.next = following(name);
  render();
}

function drop(key) {
  now.marks.rest();
  speak(`${labelOf(key.replace("suggested ", ""))} moved`);
  render();
}

function move(one, key, spot) {
  if (isNumbered(key)) moveSpot(one, key, spot);
  else one.points[key] = spot;
}

function hover() {
  stage.draw();
}

function remove() {
  const key = now.chosen;
  if (key === null) return;
  now.marks.change(now.photo, (one) => (isNumbered(key) ? removeSpot(one, key) : delete one.points[key]));
  now.chosen = null;
  if (now.mode === "points") now.next = key;
  speak("Removed");
  render();
}

// Make this the point that a click places; where it is placed already, choose it.
function choose(name) {
  now.mode = "points";
  now.skipped.delete(name);
  if (points()[name]) {
    now.chosen = name;
    stage.reveal(points()[name]);
  } else {
    now.chosen = null;
    now.next = name;
    if (photo().suggested[name]) stage.reveal(photo().suggested[name]);
  }
  openAll(false);
  render();
}

function skip() {
  const name = now.next;
  if (name === null) return;
  // What hides one point of an ear, an eye or a corner of the mouth hides the others of that side as well.
  const side = sideOf(name);
  for (const one of side === "middle" ? [name] : order().filter((other) => sideOf(other) === side)) now.skipped.add(one);
  now.chosen = null;
  now.next = following(name);
  render();
}

function nudge(dx, dy) {
  const key = now.chosen;
  if (key === null) return stage.pan(-dx * 24, -dy * 24);
  const [x, y] = isNumbered(key) ? spots()[Number(key.split(" ")[1])] : points()[key];
  const { width_px: width, height_px: height } = photo();
  const spot = rounded(Math.min(Math.max(x + dx, 0), width), Math.min(Math.max(y + dy, 0), height));
  now.marks.change(now.photo, (one) => move(one, key, spot), `nudge ${key}`);
  stage.reveal(spot);
  render();
}

function back(step) {
  if (!(step < 0 ? now.marks.undo() : now.marks.redo())) return;
  now.chosen = null;
  if (now.next === null || points()[now.next]) now.next = following(null);
  speak(step < 0 ? "Undone" : "Done again");
  render();
}

const rounded = (x, y) => [Math.round(x * 10) / 10, Math.round(y * 10) / 10];

// ---------------------------------------------------------------------------------------------------- what is shown

function render() {
  const isPoints = now.mode === "points";
  const placed = Object.entries(points()).map(([name, [x, y]]) => ({ key: name, x, y, side: sideOf(name), label: labelOf(name), kind: "placed", chosen: now.chosen === name }));
  const ghosts = Object.entries(photo().suggested)
    .filter(([name]) => !points()[name])
    .map(([name, [x, y]]) => ({ key: `suggested ${name}`, x, y, side: sideOf(name), label: `${labelOf(name)}?`, kind: "suggested", chosen: name === now.next }));
  const numbered = isPoints ? [] : spots().map(([x, y], index) => {
    const key = `${now.mode} ${index}`;
    return { key, x, y, side: now.mode, label: spotLabel(now.mode, index), kind: "placed", chosen: now.chosen === key };
  });
  const isFull = now.mode === "card" && spots().length >= CARD_CORNERS;
  const next = isPoints ? now.next && sideOf(now.next) : isFull ? null : now.mode;
  stage.put(isPoints ? [...ghosts, ...placed] : [], numbered, next, { card: "straight", coin: "round" }[now.mode]);
  renderPanel();
}

function spotLabel(kind, index) {
  return kind === "card" ? `Corner ${index + 1}` : kind === "coin" ? `Rim ${index + 1}` : labelOf(here().avoid[index].kind);
}

// ---------------------------------------------------------------------------------------------------- save and end

async function save() {
  if (now.marks.isSaved) return true;
  const text = now.marks.text();
  try {
    const said = await (await ask("save", now.marks.told())).json();
    now.marks.saved = text;
    toast(`${said.file_name} holds ${said.points_count} points. ${now.marks.unfinished}`, "good");
    render();
    return true;
  } catch (fault) {
    if (fault.cause === "ended") lastCopy(fault.message);
    else toast(fault.message);
    return false;
  }
}

async function done() {
  if (!now.marks.isSaved && !(await save())) return;
  try {
    await ask("done", {});
  } catch (fault) {
    if (fault.cause !== "ended") return toast(fault.message);
  }
  now.ended = true;
  leave();
  clear();
  curtain("Done", "You can close this page. The terminal says which command comes next.");
}

// Let go of the photos, so that a tab left open holds no face.
function clear() {
  stage.clear();
  for (const bitmap of bitmaps.splice(0)) bitmap?.close();
  now.marks = now.opening = null;
  $("app").remove();
}

// The program has ended: let the points be copied by hand, as the file they would have become.
function lastCopy(message) {
  const told = {};
  now.marks.told().photos.forEach((one, index) => {
    const said = Object.entries(one).filter(([, part]) => part !== null && Object.keys(part).length);
    if (said.length) told[now.opening.photos[index].name] = Object.fromEntries(said);
  });
  now.ended = true;
  curtain("The program has ended", message);
  $("curtain-text").hidden = false;
  $("curtain-text").value = JSON.stringify({ photos: told }, null, 2);
  $("curtain-text").select();
}

function curtain(title, words) {
  $("curtain").hidden = false;
  $("curtain-title").textContent = title;
  $("curtain-words").textContent = words;
}

let toastEnds = 0;
function toast(words, kind = "bad") {
  clearTimeout(toastEnds);
  $("toast").className = `toast ${kind}`;
  $("toast").textContent = words;
  $("hint").hidden = true;
  $("toast").hidden = false;
  toastEnds = setTimeout(() => ($("toast").hidden = true), kind === "good" ? 3500 : 9000);
}

function hint(words) {
  $("hint").textContent = words;
  $("hint").hidden = false;
  setTimeout(() => ($("hint").hidden = true), 6000);
}

function speak(words) {
  $("spoken").textContent = words;
}

function openAll(open) {
  $("panel").classList.toggle("open", open);
  $("more").setAttribute("aria-expanded", String(open));
  $("more").textContent = open ? "Close the list" : "All points";
}

function setMode(mode) {
  now.mode = mode;
  now.chosen = null;
  openAll(false);
  render();
}

// Arrow keys go from mode to mode, as in every group of radio buttons.
function stepMode(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  setMode(MODES[(MODES.indexOf(now.mode) + step + MODES.length) % MODES.length]);
  $(`mode-${now.mode}`).focus();
}

function buildChoices() {
  for (const { name, words } of now.opening.coins) $("coin-kind").append(new Option(words, name));
  for (const kind of now.opening.avoid_kinds) $("avoid-kind").append(new Option(labelOf(kind), kind));
  $("coin-kind").addEventListener("change", () => change((one) => (one.coin.kind = $("coin-kind").value)));
  $("avoid-kind").addEventListener("change", () => change((one) => (chosenAvoid(one).kind = $("avoid-kind").value)));
  $("avoid-radius").addEventListener("input", () => {
    const radius = Number($("avoid-radius").value);
    if (radius > 0 && radius <= now.opening.largest_radius_mm) change((one) => (chosenAvoid(one).radius_mm = radius), `radius ${now.chosen}`);
  });
}

const chosenAvoid = (one) => one.avoid[Number(now.chosen.split(" ")[1])];

function change(alter, repeated = null) {
  now.marks.change(now.photo, alter, repeated);
  render();
}

// ---------------------------------------------------------------------------------------------------- buttons and keys

const KEYS = {
  ArrowLeft: (far) => nudge(-far, 0), ArrowRight: (far) => nudge(far, 0), ArrowUp: (far) => nudge(0, -far), ArrowDown: (far) => nudge(0, far),
  "+": () => stage.zoom(1.4), "=": () => stage.zoom(1.4), "-": () => stage.zoom(1 / 1.4), 0: () => stage.fit(),
  Delete: remove, Backspace: remove, Enter: () => keyPlace(), n: () => goOn(1), p: () => goOn(-1), Escape: () => choice(null),
};

function keyPlace() {
  const spot = now.mode === "points" && now.chosen === null && photo().suggested[now.next];
  if (spot) take(now.next);
  else place(...stage.centre);
}

function goOn(step) {
  now.mode = "points";
  now.chosen = null;
  now.next = following(now.next, step);
  if (now.next) speak(`${labelOf(now.next)}: ${sentenceOf(now.next)}`);
  render();
}

function choice(key) {
  now.chosen = key;
  render();
}

$("photo").addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const react = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!react) return;
  event.preventDefault();
  stage.byKeys(true);
  react(event.shiftKey ? 10 : 1);
});
$("photo").addEventListener("keyup", (event) => (event.key === "Tab" ? stage?.byKeys(true) : now.marks?.rest()));
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || !now.marks || now.ended) return;
  const key = event.key.toLowerCase();
  if (key === "s") save();
  else if (key === "z") back(event.shiftKey ? 1 : -1);
  else if (key === "y") back(1);
  else return;
  event.preventDefault();
});
const BUTTONS = {
  undo: () => back(-1), redo: () => back(1), remove, save, done, skip, take: () => take(now.next),
  more: () => openAll($("more").getAttribute("aria-expanded") !== "true"),
  "zoom-in": () => stage.zoom(1.5), "zoom-out": () => stage.zoom(1 / 1.5), "zoom-fit": () => stage.fit(),
  ...Object.fromEntries(MODES.map((mode) => [`mode-${mode}`, () => setMode(mode)])),
};
for (const mode of MODES) $(`mode-${mode}`).addEventListener("keydown", stepMode);
for (const [id, react] of Object.entries(BUTTONS)) $(id).addEventListener("click", react);
addEventListener("beforeunload", (event) => {
  if (now.marks && !now.marks.isSaved && !now.ended) event.preventDefault();
});
begin();
