// The page of `smp points`: who asks the server, what is chosen, what the panel says.

import { closeUp, draw, thingCloseUp } from "./points-drawing.js";
import { CARD_CORNERS, contradiction, FEWEST_RIM, isNumbered, labelOf, Marks, moveSpot, removeSpot, sideOf, spotsOf } from "./points-marks.js";
import { Stage } from "./points-stage.js";

const ALIVE_MS = 45_000;
// What is told best first: where a face is found the mesh knows its points, and ears and vertex tell most.
const ORDER = ["glabella", "left_tragion", "right_tragion", "left_ear_top", "right_ear_top", "vertex", "nose_tip", "left_outer_canthus",
  "right_outer_canthus", "menton", "inion", "sellion", "subnasale", "left_cheilion", "right_cheilion", "left_inner_canthus", "right_inner_canthus"];
const EARS_FIRST = ["left_tragion", "right_tragion", "left_ear_top", "right_ear_top", "vertex", "inion"];
const MODES = ["points", "card", "coin", "avoid"];
const AVOID = { radius_mm: 3, kind: "mole" };
const $ = (id) => document.getElementById(id);

let session = "";
let opening = null;
let marks = null;
let stage = null;
let paintDrawings = null;
const bitmaps = [];
const now = { photo: 0, mode: "points", chosen: null, next: null, skipped: new Set(), ended: false };

async function ask(path, told) {
  let answer;
  try {
    answer = await fetch(path, {
      method: told === undefined ? "GET" : "POST",
      headers: { "X-Smp-Session": session, ...(told === undefined ? {} : { "Content-Type": "application/json" }) },
      body: told === undefined ? undefined : JSON.stringify(told),
      cache: "no-store",
      credentials: "omit",
    });
  } catch {
    throw new Error("The program that serves this page has ended. Your points are still here: copy them before you close the page.", { cause: "ended" });
  }
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).message ?? "The program refused.");
  return answer;
}

// The key in the link opens once; the session it gives lives in this tab's memory and, for a reload, in its session storage.
async function enter() {
  const key = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  if (key) {
    session = (await (await ask("enter", { key })).json()).session;
    sessionStorage.setItem("smp-session", session);
  } else {
    session = sessionStorage.getItem("smp-session") ?? "";
  }
}

async function begin() {
  try {
    await enter();
    opening = await (await ask("opening")).json();
    marks = new Marks(opening.photos);
    stage = new Stage($("photo"), $("loupe"), { place, pick, drag, drop, hover });
    paintDrawings = draw($("drawings"), choose);
    buildTabs();
    buildList();
    buildChoices();
    $("app").hidden = false;
    await show(0);
    $("curtain").hidden = true;
    hint(matchMedia("(pointer: coarse)").matches ? "Press to aim, let go to place. Two fingers move and zoom." : "Click to place. Wheel zooms, dragging moves the photo.");
    setInterval(() => ask("here", {}).catch(() => {}), ALIVE_MS);
    for (let index = 1; index < opening.photos.length; index += 1) await load(index);
  } catch (fault) {
    curtain("This page cannot be opened", fault.message);
  }
}

async function load(index) {
  if (!bitmaps[index]) {
    bitmaps[index] = await createImageBitmap(await (await ask(`photos/${index}.jpg`)).blob());
    paintThumbnail(index);
  }
  return bitmaps[index];
}

async function show(index) {
  now.photo = index;
  now.chosen = null;
  now.skipped = new Set();
  now.mode = "points";
  now.next = following(null);
  await stage.show(await load(index));
  render();
}

// ---------------------------------------------------------------------------------------------------- what comes next

const photo = () => opening.photos[now.photo];
const points = () => here().points;
const here = () => marks.photos[now.photo];
const spots = () => spotsOf(here(), now.mode);
const hasFace = () => Object.keys(photo().suggested).length > 0;

function order() {
  return hasFace() ? [...EARS_FIRST, ...ORDER.filter((name) => !EARS_FIRST.includes(name))] : ORDER;
}

// Find the point to mark after this one: the next in order that is neither placed nor out of sight.
function following(name, step = 1) {
  const all = order();
  const start = name === null ? (step > 0 ? -1 : all.length) : all.indexOf(name);
  for (let count = 1; count <= all.length; count += 1) {
    const one = all[(start + step * count + all.length * 2) % all.length];
    if (!points()[one] && !now.skipped.has(one)) return one;
  }
  return null;
}

function place(x, y) {
  if (now.mode !== "points") return placeSpot(x, y);
  if (now.next === null) {
    now.chosen = null;
    return render();
  }
  const name = now.next;
  marks.change(now.photo, (one) => (one.points[name] = rounded(x, y)));
  speak(`${labelOf(name)} placed`);
  now.chosen = name;
  now.next = following(name);
  render();
}

function placeSpot(x, y) {
  const { mode } = now;
  if (mode === "card" && spots().length >= CARD_CORNERS) return toast("The card has its four corners. Drag them, or remove one.");
  marks.change(now.photo, (one) => (mode === "avoid" ? one.avoid.push({ at: rounded(x, y), ...AVOID }) : spotsOf(one, mode).push(rounded(x, y))));
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
  marks.change(now.photo, (one) => (one.points[name] = [...spot]));
  speak(`${labelOf(name)} placed where the program sees it`);
  now.chosen = name;
  now.next = following(name);
  render();
}

function drag(key, x, y) {
  const name = key.startsWith("suggested ") ? key.slice(10) : key;
  marks.change(now.photo, (one) => move(one, name, rounded(x, y)), `drag ${name}`);
  now.chosen = name;
  if (now.next === name) now.next = following(name);
  render();
}

function drop(key) {
  marks.rest();
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
  marks.change(now.photo, (one) => (isNumbered(key) ? removeSpot(one, key) : delete one.points[key]));
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
  marks.change(now.photo, (one) => move(one, key, spot), `nudge ${key}`);
  stage.reveal(spot);
  render();
}

function back(step) {
  if (!(step < 0 ? marks.undo() : marks.redo())) return;
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
  $("next-actions").hidden = !isPoints;
  if (isPoints) renderNext();
  else renderThing();
  for (const mode of MODES) {
    $(`mode-${mode}`).setAttribute("aria-checked", String(mode === now.mode));
    $(`mode-${mode}`).tabIndex = mode === now.mode ? 0 : -1;
  }
  renderProgress();
  renderList();
  renderBar();
}

function spotLabel(kind, index) {
  return kind === "card" ? `Corner ${index + 1}` : kind === "coin" ? `Rim ${index + 1}` : labelOf(here().avoid[index].kind);
}

function renderNext() {
  const name = now.next;
  $("next-picture").replaceChildren(closeUp(name ?? now.chosen ?? "glabella"));
  $("next-title").textContent = name ? labelOf(name) : "All points are placed";
  $("next-title").className = name ? `side-${sideOf(name)}` : "";
  $("next-sentence").textContent = name ? `${sentenceOf(name)}.` : "Drag a point to correct it.";
  $("take").hidden = !name || !photo().suggested[name];
  $("skip").hidden = !name;
  $("coin-box").hidden = $("avoid-box").hidden = true;
  paintDrawings(name ?? now.chosen, new Set(Object.keys(points())));
}

// What is said of a card, a coin, places to avoid.
function renderThing() {
  const count = spots().length;
  const [title, sentence] = {
    card: count < CARD_CORNERS
      ? [`Corner ${count + 1} of the card`, "A bank card held flat to the forehead: its four corners, in order around it."]
      : ["The card is marked", "Drag a corner to correct it."],
    coin: count < FEWEST_RIM
      ? [`Rim of the coin, ${count} of ${FEWEST_RIM}`, "A coin held flat to the forehead: five or more places all round its rim."]
      : [`Rim of the coin, ${count} places`, "More of them make it surer. Drag one to correct it."],
    avoid: [count ? `${count} ${count === 1 ? "place" : "places"} to keep free` : "Places to keep free", "Moles, scars and wounds, where no impression is to be set: the middle of each."],
  }[now.mode];
  $("next-picture").replaceChildren(thingCloseUp(now.mode, count));
  $("next-title").textContent = title;
  $("next-title").className = "";
  $("next-sentence").textContent = sentence;
  $("take").hidden = $("skip").hidden = true;
  $("coin-box").hidden = now.mode !== "coin";
  $("coin-kind").value = here().coin.kind;
  const mark = now.mode === "avoid" && now.chosen !== null ? here().avoid[Number(now.chosen.split(" ")[1])] : null;
  $("avoid-box").hidden = mark === null;
  if (mark) {
    $("avoid-kind").value = mark.kind;
    if (document.activeElement !== $("avoid-radius")) $("avoid-radius").value = mark.radius_mm;
  }
  paintDrawings(null, new Set(Object.keys(points())));
}

function renderProgress() {
  const count = Object.keys(points()).length;
  const { needed_count: needed, plenty_count: plenty } = opening;
  const found = photo().faces_count;
  $("progress").textContent = hasFace()
    ? `A face was found: no points are needed. Ears and vertex make it better; ${count} placed.`
    : `${Math.min(count, needed)} of ${needed} needed, ${plenty} are better${count > needed ? `; ${count} placed` : ""}.${found > 1 ? ` ${found} faces were found, so nothing is suggested.` : ""}`;
  $("progress-box").hidden = now.mode !== "points";
  $("ticks").replaceChildren(...Array.from({ length: plenty }, (_, index) => Object.assign(document.createElement("i"), { className: `${index < count ? "full" : ""} ${index >= needed || hasFace() ? "extra" : ""}` })));
  const said = contradiction(points(), photo().suggested);
  $("warning").hidden = !said;
  if ($("warning").textContent !== said) $("warning").textContent = said;
}

function renderBar() {
  $("undo").disabled = !marks.past.length;
  $("redo").disabled = !marks.future.length;
  $("remove").disabled = now.chosen === null;
  $("save").disabled = marks.isSaved;
  $("save").textContent = marks.isSaved && marks.past.length ? "Saved" : "Save";
  [...$("tabs").children].forEach((tab, index) => {
    tab.setAttribute("aria-selected", String(index === now.photo));
    tab.tabIndex = index === now.photo ? 0 : -1;
    tab.querySelector(".tab-count").textContent = String(Object.keys(marks.photos[index].points).length);
  });
  $("photo").setAttribute("aria-label", `Photo ${photo().name}, ${Object.keys(points()).length} points placed`);
}

function buildTabs() {
  $("tabs").hidden = opening.photos.length < 2;
  opening.photos.forEach(({ name }, index) => {
    const tab = Object.assign(document.createElement("button"), { type: "button", className: "tab", title: name });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "stage");
    const words = Object.assign(document.createElement("span"), { className: "tab-name", textContent: name });
    tab.append(Object.assign(document.createElement("canvas"), { width: 56, height: 56 }), words, Object.assign(document.createElement("span"), { className: "tab-count" }));
    tab.addEventListener("click", () => show(index).catch((fault) => toast(fault.message)));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) $("tabs").children[(index + step + opening.photos.length) % opening.photos.length].focus();
    });
    $("tabs").append(tab);
  });
}

function paintThumbnail(index) {
  const canvas = $("tabs").children[index]?.querySelector("canvas");
  const bitmap = bitmaps[index];
  const side = Math.min(bitmap.width, bitmap.height);
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 3, side, side, 0, 0, 56, 56);
}

function buildList() {
  for (const { name, sentence } of opening.point_names) {
    const row = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "row" });
    button.dataset.name = name;
    button.append(
      Object.assign(document.createElement("span"), { className: `key ${sideOf(name)}` }),
      Object.assign(document.createElement("span"), { className: "row-words" }),
      Object.assign(document.createElement("span"), { className: "row-state" }),
    );
    button.querySelector(".row-words").append(
      Object.assign(document.createElement("b"), { textContent: labelOf(name) }),
      Object.assign(document.createElement("small"), { textContent: typeset(sentence) }),
    );
    button.addEventListener("click", () => choose(name));
    row.append(button);
    $("list").append(row);
  }
}

function renderList() {
  for (const button of $("list").querySelectorAll(".row")) {
    const { name } = button.dataset;
    const isNow = now.mode === "points" && name === (now.next ?? now.chosen);
    button.classList.toggle("current", isNow);
    button.setAttribute("aria-current", String(isNow));
    button.classList.toggle("placed", Boolean(points()[name]));
    button.querySelector(".row-state").textContent = points()[name] ? "placed" : photo().suggested[name] ? "suggested" : now.skipped.has(name) ? "not in sight" : "";
  }
}

const sentenceOf = (name) => {
  const sentence = typeset(opening.point_names.find((one) => one.name === name).sentence);
  return sentence[0].toUpperCase() + sentence.slice(1);
};
const typeset = (words) => words.replaceAll("'", "’");

// ---------------------------------------------------------------------------------------------------- save and end

async function save() {
  if (marks.isSaved) return true;
  const text = marks.text();
  try {
    const said = await (await ask("save", marks.told())).json();
    marks.saved = text;
    toast(`${said.file_name} holds ${said.points_count} points. ${marks.unfinished}`, "good");
    render();
    return true;
  } catch (fault) {
    if (fault.cause === "ended") lastCopy(fault.message);
    else toast(fault.message);
    return false;
  }
}

async function done() {
  if (!marks.isSaved && !(await save())) return;
  try {
    await ask("done", {});
  } catch (fault) {
    if (fault.cause !== "ended") return toast(fault.message);
  }
  now.ended = true;
  sessionStorage.removeItem("smp-session");
  curtain("Done", "You can close this page. The terminal says which command comes next.");
}

// The program has ended: let the points be copied by hand, as the file they would have become.
function lastCopy(message) {
  const told = {};
  marks.told().photos.forEach((one, index) => {
    const said = Object.entries(one).filter(([, part]) => part !== null && Object.keys(part).length);
    if (said.length) told[opening.photos[index].name] = Object.fromEntries(said);
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
  for (const { name, words } of opening.coins) $("coin-kind").append(new Option(words, name));
  for (const kind of opening.avoid_kinds) $("avoid-kind").append(new Option(labelOf(kind), kind));
  $("coin-kind").addEventListener("change", () => change((one) => (one.coin.kind = $("coin-kind").value)));
  $("avoid-kind").addEventListener("change", () => change((one) => (chosenAvoid(one).kind = $("avoid-kind").value)));
  $("avoid-radius").addEventListener("input", () => {
    const radius = Number($("avoid-radius").value);
    if (radius > 0 && radius <= opening.largest_radius_mm) change((one) => (chosenAvoid(one).radius_mm = radius), `radius ${now.chosen}`);
  });
}

const chosenAvoid = (one) => one.avoid[Number(now.chosen.split(" ")[1])];

function change(alter, repeated = null) {
  marks.change(now.photo, alter, repeated);
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
$("photo").addEventListener("keyup", (event) => (event.key === "Tab" ? stage?.byKeys(true) : marks?.rest()));
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || !marks || now.ended) return;
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
  if (marks && !marks.isSaved && !now.ended) event.preventDefault();
});
begin();
