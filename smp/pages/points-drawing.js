// The picture list: a head from the front and from the side with every point that can be marked, each to be clicked.
// The list of words beside it says and does the same for those who do not see or point.

import { labelOf, sideOf } from "./points-marks.js";

const SVG = "http://www.w3.org/2000/svg";

// Places in the drawings, in their own units; the side view shows the client's left side and is mirrored for the right.
const FRONT = {
  vertex: [160, 24], glabella: [160, 172], sellion: [160, 197], nose_tip: [160, 246], subnasale: [160, 264], menton: [160, 360],
  left_outer_canthus: [224, 199], left_inner_canthus: [183, 202], right_outer_canthus: [96, 199], right_inner_canthus: [137, 202],
  left_cheilion: [190, 296], right_cheilion: [130, 296], left_tragion: [259, 218], right_tragion: [61, 218],
  left_ear_top: [265, 188], right_ear_top: [55, 188],
};
const SIDE = {
  vertex: [196, 22], glabella: [63, 168], sellion: [73, 193], nose_tip: [33, 242], subnasale: [58, 262], menton: [84, 361],
  outer_canthus: [98, 199], inner_canthus: [80, 201], cheilion: [78, 294], tragion: [198, 222], ear_top: [203, 186], inion: [317, 236],
};
const NOT_FROM_THE_SIDE = new Set(["inner_canthus"]);

const FRONT_LINES = `
  <path class="skin bare" d="M110 310 C110 356 108 380 62 398 L258 398 C212 380 210 356 210 310 Z"/>
  <path class="line thin" d="M110 322 C110 358 106 378 70 394 M210 322 C210 358 214 378 250 394"/>
  <path class="skin" d="M58 190 C44 178 32 188 35 210 C38 236 48 256 62 252 Z"/>
  <path class="skin" d="M262 190 C276 178 288 188 285 210 C282 236 272 256 258 252 Z"/>
  <path class="skin" d="M160 24 C228 24 268 76 266 148 C265 186 264 214 258 244 C250 288 232 318 208 340 C192 355 176 361 160 361
    C144 361 128 355 112 340 C88 318 70 288 62 244 C56 214 55 186 54 148 C52 76 92 24 160 24 Z"/>
  <path class="line thin" d="M46 200 C42 210 46 226 52 236 M274 200 C278 210 274 226 268 236"/>
  <path class="line" d="M84 178 C98 164 122 164 140 174 M236 178 C222 164 198 164 180 174"/>
  <path class="white" d="M96 199 C106 186 126 186 137 202 C126 211 106 211 96 199 Z M224 199 C214 186 194 186 183 202 C194 211 214 211 224 199 Z"/>
  <circle class="iris" cx="117" cy="199" r="8"/><circle class="iris" cx="203" cy="199" r="8"/>
  <path class="line" d="M96 199 C106 186 126 186 137 202 M224 199 C214 186 194 186 183 202"/>
  <path class="line thin" d="M148 200 C148 220 140 238 134 250 C130 260 138 266 148 264 C154 270 166 270 172 264 C182 266 190 260 186 250 C180 238 172 220 172 200"/>
  <path class="lips" d="M130 296 C142 286 152 284 160 288 C168 284 178 286 190 296 C178 312 142 312 130 296 Z"/>
  <path class="line thin" d="M130 296 C148 301 172 301 190 296 M146 334 C154 330 166 330 174 334"/>`;
const SIDE_LINES = `
  <path class="skin" d="M196 22 C128 20 84 62 73 122 C70 140 61 152 61 168 C61 180 73 184 73 194 C66 212 44 232 34 242 C29 250 40 256 58 260
    C60 268 48 276 47 284 C48 290 56 292 58 294 C50 298 48 308 57 314 C60 322 54 330 54 342 C56 358 70 362 86 361
    C104 360 124 352 146 344 C150 366 148 384 143 400 L297 400 C292 350 296 300 312 254 C322 228 336 196 336 152 C336 76 276 24 196 22 Z"/>
  <path class="line thin" d="M146 344 C172 332 190 306 198 262"/>
  <path class="ear" d="M203 186 C212 172 240 174 242 200 C244 222 228 234 222 250 C218 262 202 264 199 252 C198 242 200 234 198 222 C196 210 198 196 203 186 Z"/>
  <path class="line thin" d="M209 192 C222 184 234 192 232 206 C230 220 218 224 216 238 M198 222 C204 218 207 226 201 231"/>
  <path class="line" d="M68 174 C82 162 98 166 110 176"/>
  <path class="white" d="M78 201 C82 190 92 190 99 199 C94 207 84 208 78 201 Z"/>
  <circle class="iris" cx="84" cy="199" r="5"/>
  <path class="line" d="M78 201 C82 190 92 190 99 199"/>
  <path class="line thin" d="M58 260 C64 252 74 252 78 244 C80 238 76 234 72 232"/>
  <path class="lips" d="M47 284 C56 278 66 284 78 294 C70 308 60 314 57 314 C48 308 50 298 58 294 C56 292 48 290 47 284 Z"/>
  <path class="line thin" d="M58 294 C66 292 72 293 78 294"/>`;

// Put both drawings into a place; `onPick(name)` is called for the point that is chosen.
export function draw(place, onPick) {
  const front = view("From the front", FRONT_LINES, Object.entries(FRONT), onPick);
  const side = (which) =>
    view(
      which === "left" ? "Client’s left side" : "Client’s right side",
      SIDE_LINES,
      Object.entries(SIDE).filter(([name]) => !NOT_FROM_THE_SIDE.has(name)).map(([name, spot]) => [paired(name, which), which === "left" ? spot : [360 - spot[0], spot[1]]]),
      onPick,
      which === "right",
    );
  const left = side("left");
  const right = side("right");
  place.replaceChildren(front, left, right);
  return (current, placed) => {
    right.hidden = !current || sideOf(current) !== "right";
    left.hidden = !right.hidden;
    for (const button of place.querySelectorAll(".spot")) {
      const isPlaced = placed.has(button.dataset.name);
      button.classList.toggle("placed", isPlaced);
      button.classList.toggle("current", button.dataset.name === current);
    }
  };
}

// Return a small drawing of where one point is.
export function closeUp(name) {
  const fromSide = /tragion|ear_top|inion/.test(name);
  const bare = name.replace(/^(left|right)_/, "");
  const isRight = sideOf(name) === "right";
  const [x, y] = fromSide ? SIDE[bare] : FRONT[name];
  const svg = element("svg", { viewBox: `${(fromSide && isRight ? 360 - x : x) - 62} ${y - 62} 124 124`, class: "drawing" });
  svg.append(lines(fromSide ? SIDE_LINES : FRONT_LINES, fromSide && isRight));
  const spot = element("g", { class: `spot current ${sideOf(name)}`, transform: `translate(${fromSide && isRight ? 360 - x : x} ${y})` });
  spot.append(element("circle", { class: "ring", r: 11 }), element("circle", { class: "heart", r: 3 }));
  svg.append(spot);
  return svg;
}

const THINGS = {
  card: [["rect", { class: "card-body", x: 14, y: 34, width: 96, height: 58, rx: 5 }], ["rect", { class: "card-chip", x: 26, y: 52, width: 17, height: 13, rx: 2 }]],
  coin: [["circle", { class: "coin-body", cx: 62, cy: 62, r: 44 }], ["circle", { class: "coin-rim", cx: 62, cy: 62, r: 34 }]],
  avoid: [["path", { class: "skin", d: "M-4 40 C30 8 94 8 128 40 L128 128 L-4 128 Z" }], ["ellipse", { class: "mole", cx: 62, cy: 70, rx: 9, ry: 8 }]],
};
const THING_SPOTS = {
  card: [[14, 34], [110, 34], [110, 92], [14, 92]],
  coin: [[62, 18], [104, 48], [88, 97], [36, 97], [20, 48]],
  avoid: [[62, 70]],
};

// Return a small drawing of a card, a coin or a mole with the place that comes next.
export function thingCloseUp(kind, count) {
  const svg = element("svg", { viewBox: "0 0 124 124", class: "drawing" });
  svg.append(...THINGS[kind].map(([shape, attributes]) => element(shape, attributes)));
  THING_SPOTS[kind].forEach(([x, y], index) => {
    const state = kind === "avoid" ? "around" : index < count ? "placed" : index === count ? "current" : "";
    const spot = element("g", { class: `spot middle ${state}`, transform: `translate(${x} ${y})` });
    spot.append(element("circle", { class: "ring", r: kind === "avoid" ? 20 : 9 }), element("circle", { class: "heart", r: 3 }));
    svg.append(spot);
  });
  return svg;
}

function paired(name, which) {
  return /canthus|cheilion|tragion|ear_top/.test(name) ? `${which}_${name}` : name;
}

function view(title, markup, spots, onPick, mirrored = false) {
  const figure = document.createElement("figure");
  const svg = element("svg", { viewBox: title === "From the front" ? "0 0 320 396" : "0 0 360 396", class: "drawing" });
  svg.append(lines(markup, mirrored));
  for (const [name, [x, y]] of spots) {
    const spot = element("g", { class: `spot ${sideOf(name)}`, transform: `translate(${x} ${y})`, "data-name": name });
    spot.append(element("circle", { class: "reach", r: 15 }), element("circle", { class: "ring", r: 8 }), element("circle", { class: "heart", r: 3 }));
    const title_ = element("title", {});
    title_.textContent = labelOf(name);
    spot.append(title_);
    spot.addEventListener("click", () => onPick(name));
    svg.append(spot);
  }
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  figure.append(svg, caption);
  return figure;
}

function lines(markup, mirrored) {
  const group = element("g", mirrored ? { transform: "translate(360 0) scale(-1 1)" } : {});
  const parsed = new DOMParser().parseFromString(`<svg xmlns="${SVG}">${markup}</svg>`, "image/svg+xml");
  group.append(...parsed.documentElement.children);
  return group;
}

function element(kind, attributes) {
  const made = document.createElementNS(SVG, kind);
  for (const [name, said] of Object.entries(attributes)) made.setAttribute(name, said);
  return made;
}
