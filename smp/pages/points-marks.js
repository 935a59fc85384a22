// The marks of every photo, with undo and redo. Knows nothing of the screen or the server.

export const CARD_CORNERS = 4;
export const FEWEST_RIM = 5;
const MOST_STEPS = 300;

export class Marks {
  constructor(photos) {
    this.photos = photos.map(({ points, card, coin, avoid }) => ({ points: { ...points }, card: card ?? [], coin: { kind: coin?.kind ?? "", rim: coin?.rim ?? [] }, avoid: avoid ?? [] }));
    this.past = [];
    this.future = [];
    this.saved = this.text();
    this.repeating = null;
  }

  // Change the marks by `alter(photo)`; several changes in a row with the same `repeated` word are one step to undo.
  change(index, alter, repeated = null) {
    const before = this.text();
    alter(this.photos[index]);
    if (this.text() === before) return;
    const goesOn = repeated !== null && repeated === this.repeating;
    if (!goesOn) this.past.push(before);
    if (this.past.length > MOST_STEPS) this.past.shift();
    this.future = [];
    this.repeating = repeated;
  }

  // Let the next change be a step of its own.
  rest() {
    this.repeating = null;
  }

  undo() {
    return this.#step(this.past, this.future);
  }

  redo() {
    return this.#step(this.future, this.past);
  }

  get isSaved() {
    return this.saved === this.text();
  }

  // What the server takes: a card only with all its corners, a coin only by its name and with enough of its rim or none.
  told() {
    return {
      photos: this.photos.map(({ points, card, coin, avoid }) => ({
        points,
        card: card.length === CARD_CORNERS ? card : null,
        coin: isWholeCoin(coin) ? (coin.rim.length ? coin : { kind: coin.kind }) : null,
        avoid: avoid.length ? avoid : null,
      })),
    };
  }

  // Say what will be left out of the file; empty where nothing is.
  get unfinished() {
    const said = [];
    if (this.photos.some(({ card }) => card.length > 0 && card.length < CARD_CORNERS)) said.push("A card without all four corners was left out.");
    if (this.photos.some(({ coin }) => coin.rim.length > 0 && !isWholeCoin(coin))) said.push(`A coin without its name or ${FEWEST_RIM} places on its rim was left out.`);
    return said.join(" ");
  }

  text() {
    return JSON.stringify(this.photos);
  }

  #step(from, to) {
    if (!from.length) return false;
    to.push(this.text());
    this.photos = JSON.parse(from.pop());
    this.repeating = null;
    return true;
  }
}

function isWholeCoin({ kind, rim }) {
  return kind !== "" && (rim.length === 0 || rim.length >= FEWEST_RIM);
}

// The places of a photo that have a number and no name: "card", "coin" or "avoid"; each as [x, y].
export function spotsOf(photo, kind) {
  return kind === "avoid" ? photo.avoid.map(({ at }) => at) : kind === "coin" ? photo.coin.rim : photo.card;
}

export function moveSpot(photo, key, spot) {
  const [kind, number] = key.split(" ");
  if (kind === "avoid") photo.avoid[Number(number)].at = spot;
  else (kind === "coin" ? photo.coin.rim : photo.card)[Number(number)] = spot;
}

export function removeSpot(photo, key) {
  const [kind, number] = key.split(" ");
  (kind === "avoid" ? photo.avoid : kind === "coin" ? photo.coin.rim : photo.card).splice(Number(number), 1);
}

export function isNumbered(key) {
  return /^(card|coin|avoid) /.test(key);
}

export function sideOf(name) {
  return name.startsWith("left_") ? "left" : name.startsWith("right_") ? "right" : "middle";
}

export function labelOf(name) {
  const words = name.replaceAll("_", " ");
  return words[0].toUpperCase() + words.slice(1);
}

// Say whether left and right of one photo contradict each other or the face that was found there; empty where they do not.
export function contradiction(points, suggested) {
  const turns = [];
  for (const name of Object.keys(points)) {
    if (!name.startsWith("left_")) continue;
    const other = name.replace("left_", "right_");
    if (points[other]) turns.push(Math.sign(points[name][0] - points[other][0]));
  }
  const face = suggested.left_outer_canthus && suggested.right_outer_canthus;
  const seen = face ? Math.sign(suggested.left_outer_canthus[0] - suggested.right_outer_canthus[0]) : 0;
  if (seen && turns.some((turn) => turn === -seen)) {
    return "Left and right seem exchanged: left is the client’s own left. In a photo from the front it is on your right.";
  }
  if (turns.includes(1) && turns.includes(-1)) {
    return "Some pairs have left and right the other way round than others: left is always the client’s own left.";
  }
  return "";
}
