// What the panel and the bar say of the photo in hand: the next point, progress, the list, the tabs.

import { closeUp, draw, thingCloseUp } from "./points-drawing.js";
import { CARD_CORNERS, contradiction, FEWEST_RIM, labelOf, sideOf } from "./points-marks.js";
import { hasFace, here, MODES, now, photo, points, sentenceOf, spots, typeset } from "./points-now.js";

const $ = (id) => document.getElementById(id);
let paintDrawings = null;

export function buildDrawings(onChoose) {
  paintDrawings = draw($("drawings"), onChoose);
}

export function renderPanel() {
  const isPoints = now.mode === "points";
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
    avoid: [count ? `${count} ${count === 1 ? "place" : "places"} to keep free` : "Places to keep free", "Moles, scars and wounds for the list of places to keep free: the middle of each."],
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
  const { needed_count: needed, plenty_count: plenty } = now.opening;
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
  $("undo").disabled = !now.marks.past.length;
  $("redo").disabled = !now.marks.future.length;
  $("remove").disabled = now.chosen === null;
  $("save").disabled = now.marks.isSaved;
  $("save").textContent = now.marks.isSaved && now.marks.past.length ? "Saved" : "Save";
  [...$("tabs").children].forEach((tab, index) => {
    tab.setAttribute("aria-selected", String(index === now.photo));
    tab.tabIndex = index === now.photo ? 0 : -1;
    tab.querySelector(".tab-count").textContent = String(Object.keys(now.marks.photos[index].points).length);
  });
  $("photo").setAttribute("aria-label", `Photo ${photo().name}, ${Object.keys(points()).length} points placed`);
}

export function buildTabs(onShow) {
  $("tabs").hidden = now.opening.photos.length < 2;
  now.opening.photos.forEach(({ name }, index) => {
    const tab = Object.assign(document.createElement("button"), { type: "button", className: "tab", title: name });
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", "stage");
    const words = Object.assign(document.createElement("span"), { className: "tab-name", textContent: name });
    tab.append(Object.assign(document.createElement("canvas"), { width: 56, height: 56 }), words, Object.assign(document.createElement("span"), { className: "tab-count" }));
    tab.addEventListener("click", () => onShow(index));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) $("tabs").children[(index + step + now.opening.photos.length) % now.opening.photos.length].focus();
    });
    $("tabs").append(tab);
  });
}

export function paintThumbnail(index, bitmap) {
  const canvas = $("tabs").children[index]?.querySelector("canvas");
  const side = Math.min(bitmap.width, bitmap.height);
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 3, side, side, 0, 0, 56, 56);
}

export function buildList(onChoose) {
  for (const { name, sentence } of now.opening.point_names) {
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
    button.addEventListener("click", () => onChoose(name));
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
