// The photo: zoom, pan, what fingers, mouse and keys do on it, the marks drawn over it, the magnifier.
// Places are pixels of the photo from its upper left corner; what a mark means is not known here.

import { COLOURS, GREEN, inTurn, overlap, paintCross, paintMark, rankOf } from "./points-paint.js";

const REACH = { mouse: [9, 13], pen: [12, 18], touch: [15, 26] };
// How near a mark is grabbed: while the next one is to be placed, and when none is.
const LOUPE = 148;
const HOLD_MS = 140;
const LARGEST_SCALE = 40;
const SMALL_SIDE = 2000;

export class Stage {
  // `on` holds: place(x, y), pick(key), drag(key, x, y), drop(key), hover(key)
  constructor(canvas, loupe, on) {
    Object.assign(this, { canvas, loupe, on, bitmap: null, small: null, marks: [], numbered: [], aiming: null, hovered: null });
    this.view = { scale: 1, x: 0, y: 0 };
    this.pointers = new Map();
    this.next = null; // side of the mark that comes next, null where a click places nothing
    this.usesKeys = false;
    new ResizeObserver(() => this.#resized()).observe(canvas);
    for (const [kind, react] of [["pointerdown", "#down"], ["pointermove", "#move"], ["pointerup", "#up"], ["pointercancel", "#cancel"], ["pointerleave", "#leave"]]) {
      canvas.addEventListener(kind, (event) => this.#reactions[react](event));
    }
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("focus", () => this.draw());
    canvas.addEventListener("blur", () => this.draw());
  }

  #reactions = {
    "#down": (event) => this.#down(event),
    "#move": (event) => this.#move(event),
    "#up": (event) => this.#up(event),
    "#cancel": (event) => this.#cancel(event),
    "#leave": () => this.#leave(),
  };

  async show(bitmap) {
    Object.assign(this, { bitmap, small: null });
    this.fit();
    const shrink = SMALL_SIDE / Math.max(bitmap.width, bitmap.height);
    if (shrink >= 0.8) return;
    const size = { resizeWidth: Math.round(bitmap.width * shrink), resizeHeight: Math.round(bitmap.height * shrink) };
    const small = await createImageBitmap(bitmap, { ...size, resizeQuality: "high" });
    if (this.bitmap === bitmap) this.small = small;
    this.draw();
  }

  clear() {
    this.small?.close();
    this.bitmap = this.small = null;
  }

  // Take marks [{key, x, y, side, label, kind: "placed" | "suggested", chosen}], and numbered ones, which `outline` joins.
  put(marks, numbered, next, outline) {
    Object.assign(this, { marks, numbered, next, outline });
    this.draw();
  }

  fit() {
    if (!this.bitmap || !this.width) return;
    const scale = Math.min((this.width - 16) / this.bitmap.width, (this.height - 16) / this.bitmap.height);
    this.view = { scale, x: (this.width - this.bitmap.width * scale) / 2, y: (this.height - this.bitmap.height * scale) / 2 };
    this.fitted = scale;
    this.draw();
  }

  zoom(factor, at = [this.width / 2, this.height / 2]) {
    const scale = Math.min(Math.max(this.view.scale * factor, this.fitted * 0.7), LARGEST_SCALE);
    const grown = scale / this.view.scale;
    this.view = { scale, x: at[0] - (at[0] - this.view.x) * grown, y: at[1] - (at[1] - this.view.y) * grown };
    this.#hold();
  }

  pan(dx, dy) {
    this.view.x += dx;
    this.view.y += dy;
    this.#hold();
  }

  // Bring a place into sight, without a change of scale.
  reveal([x, y]) {
    const [left, top] = this.#toScreen([x, y]);
    const edge = 40;
    this.pan(
      left < edge ? edge - left : left > this.width - edge ? this.width - edge - left : 0,
      top < edge ? edge - top : top > this.height - edge ? this.height - edge - top : 0,
    );
  }

  // Show where the keys work, while they are used.
  byKeys(isUsed) {
    this.usesKeys = isUsed;
    this.canvas.classList.toggle("keys", isUsed);
  }

  get centre() {
    return this.#inside(this.#toPhoto([this.width / 2, this.height / 2]));
  }

  draw() {
    if (this.drawing) return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.#paint();
    });
  }

  #resized() {
    const ratio = Math.min(window.devicePixelRatio || 1, 3);
    const box = this.canvas.getBoundingClientRect();
    const wasFitted = !this.width || Math.abs(this.view.scale - this.fitted) < 1e-9;
    Object.assign(this, { width: box.width, height: box.height, ratio });
    this.canvas.width = Math.round(box.width * ratio);
    this.canvas.height = Math.round(box.height * ratio);
    if (wasFitted) this.fit();
    else this.#hold();
  }

  // Keep a part of the photo in sight.
  #hold() {
    if (!this.bitmap) return;
    const margin = 60;
    this.view.x = Math.min(Math.max(this.view.x, margin - this.bitmap.width * this.view.scale), this.width - margin);
    this.view.y = Math.min(Math.max(this.view.y, margin - this.bitmap.height * this.view.scale), this.height - margin);
    this.draw();
  }

  #toScreen([x, y]) {
    return [x * this.view.scale + this.view.x, y * this.view.scale + this.view.y];
  }

  #toPhoto([left, top]) {
    return [(left - this.view.x) / this.view.scale, (top - this.view.y) / this.view.scale];
  }

  #inside([x, y]) {
    const { width, height } = this.bitmap;
    return [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  // Find the mark under a pointer: placed ones before suggested ones, then the nearest.
  #hit(at, kind) {
    let best = null;
    const reach = REACH[kind][this.next === null ? 1 : 0];
    for (const mark of [...this.marks, ...this.numbered]) {
      // A click beside the suggestion for the very point that comes next corrects it.
      if (mark.kind === "suggested" && mark.chosen) continue;
      const [left, top] = this.#toScreen([mark.x, mark.y]);
      const far = Math.hypot(left - at[0], top - at[1]);
      const rank = far + (mark.kind === "suggested" ? 1000 : 0) - (mark.chosen ? 6 : 0);
      if (far <= reach && (!best || rank < best.rank)) best = { mark, rank };
    }
    return best?.mark ?? null;
  }

  #down(event) {
    if (!this.bitmap) return;
    this.byKeys(false);
    this.canvas.focus({ preventScroll: true });
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.#at(event);
    this.pointers.set(event.pointerId, at);
    if (this.pointers.size > 1) {
      this.#endAim();
      this.gesture = { kind: "pinch" };
      return;
    }
    const hand = REACH[event.pointerType] ? event.pointerType : "mouse";
    const mark = event.button === 0 ? this.#hit(at, hand) : null;
    if (mark) {
      const [left, top] = this.#toScreen([mark.x, mark.y]);
      this.gesture = { kind: "mark", mark, start: at, offset: [left - at[0], top - at[1]], hand, moved: false };
    } else if (event.button === 0 && hand !== "mouse" && this.next !== null) {
      this.gesture = { kind: "aim", start: at, hand };
      this.holding = setTimeout(() => this.#aimAt(at, hand), HOLD_MS);
    } else {
      this.gesture = { kind: "pan", start: at, places: event.button === 0, moved: false };
    }
  }

  #move(event) {
    const at = this.#at(event);
    if (!this.pointers.has(event.pointerId)) {
      if (event.pointerType === "mouse") this.#hoverAt(at);
      return;
    }
    const before = this.pointers.get(event.pointerId);
    const held = [...this.pointers.values()];
    this.pointers.set(event.pointerId, at);
    const { kind } = this.gesture;
    if (kind === "pinch") this.#pinch(held, [...this.pointers.values()]);
    else if (kind === "mark") this.#dragTo(at);
    else if (kind === "aim") this.#aimTo(at);
    else if (kind === "pan") this.#panBy(before, at);
  }

  #pinch(before, after) {
    if (after.length < 2) return;
    const middle = (two) => [(two[0][0] + two[1][0]) / 2, (two[0][1] + two[1][1]) / 2];
    const apart = (two) => Math.max(Math.hypot(two[0][0] - two[1][0], two[0][1] - two[1][1]), 1);
    const [from, to] = [middle(before), middle(after)];
    this.pan(to[0] - from[0], to[1] - from[1]);
    this.zoom(apart(after) / apart(before), to);
  }

  #dragTo(at) {
    const { gesture } = this;
    if (!gesture.moved && Math.hypot(at[0] - gesture.start[0], at[1] - gesture.start[1]) < 4) return;
    gesture.moved = true;
    const place = this.#inside(this.#toPhoto([at[0] + gesture.offset[0], at[1] + gesture.offset[1]]));
    this.on.drag(gesture.mark.key, ...place);
    this.aiming = { place, hand: gesture.hand, side: gesture.mark.side };
    this.draw();
  }

  #aimTo(at) {
    const far = Math.hypot(at[0] - this.gesture.start[0], at[1] - this.gesture.start[1]);
    if (this.aiming || far > 7) this.#aimAt(at, this.gesture.hand);
  }

  #aimAt(at, hand) {
    clearTimeout(this.holding);
    this.aiming = { place: this.#inside(this.#toPhoto(at)), hand, side: this.next ?? "middle" };
    this.draw();
  }

  #panBy(before, at) {
    const { gesture } = this;
    if (!gesture.moved && Math.hypot(at[0] - gesture.start[0], at[1] - gesture.start[1]) < 5) return;
    gesture.moved = true;
    this.canvas.classList.add("panning");
    this.#endAim();
    this.pan(at[0] - before[0], at[1] - before[1]);
  }

  #hoverAt(at) {
    const mark = this.bitmap ? this.#hit(at, "mouse") : null;
    this.canvas.classList.toggle("grabs", Boolean(mark));
    if ((mark?.key ?? null) !== this.hovered) {
      this.hovered = mark?.key ?? null;
      this.on.hover(this.hovered);
    }
    const place = this.bitmap && this.#toPhoto(at);
    const isInside = place && place[0] >= 0 && place[1] >= 0 && place[0] <= this.bitmap.width && place[1] <= this.bitmap.height;
    this.aiming = isInside && !mark && this.next !== null ? { place, hand: "hover", side: this.next, at } : null;
    this.draw();
  }

  #up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    const at = this.#at(event);
    const gesture = this.gesture;
    if (this.pointers.size) return;
    this.gesture = null;
    this.canvas.classList.remove("panning");
    const place = gesture && this.#inside(this.#toPhoto(at));
    const isFree = (gesture?.kind === "pan" && gesture.places && !gesture.moved) || gesture?.kind === "aim";
    this.#endAim();
    if (gesture?.kind === "mark" && gesture.moved) this.on.drop(gesture.mark.key);
    else if (gesture?.kind === "mark") this.on.pick(gesture.mark.key);
    else if (isFree) this.on.place(...place);
    this.draw();
  }

  #cancel(event) {
    this.pointers.delete(event.pointerId);
    if (!this.pointers.size) this.gesture = null;
    this.#endAim();
    this.draw();
  }

  #leave() {
    if (this.pointers.size) return;
    this.hovered = null;
    this.#endAim();
    this.draw();
  }

  #endAim() {
    clearTimeout(this.holding);
    this.aiming = null;
  }

  #wheel(event) {
    event.preventDefault();
    if (!this.bitmap) return;
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.zoom(Math.exp(-Math.max(-240, Math.min(240, step)) * (event.ctrlKey ? 0.01 : 0.0022)), this.#at(event));
    if (event.pointerType !== "touch") this.#hoverAt(this.#at(event));
  }

  #paint() {
    const ctx = this.canvas.getContext("2d");
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.width, this.height);
    if (!this.bitmap) return;
    this.#paintPhoto(ctx);
    this.#paintNumbered(ctx);
    const order = [...this.marks].sort((one, other) => rankOf(one) - rankOf(other));
    for (const mark of order) paintMark(ctx, mark, this.#toScreen([mark.x, mark.y]), mark.key === this.hovered);
    this.#paintLabels(ctx, [...this.numbered, ...order]);
    if (this.usesKeys && this.next !== null && document.activeElement === this.canvas) paintCross(ctx, [this.width / 2, this.height / 2], COLOURS[this.next]);
    this.#paintLoupe();
  }

  #paintPhoto(ctx) {
    const { scale, x, y } = this.view;
    const shown = this.small && scale * this.ratio < (this.small.width / this.bitmap.width) * 0.98 ? this.small : this.bitmap;
    ctx.imageSmoothingEnabled = scale < 6;
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(shown, x, y, this.bitmap.width * scale, this.bitmap.height * scale);
  }

  #paintNumbered(ctx) {
    const spots = this.numbered.map((mark) => this.#toScreen([mark.x, mark.y]));
    if (this.outline && spots.length > 1) this.#paintOutline(ctx, this.outline === "round" ? inTurn(spots) : spots);
    this.numbered.forEach((mark, index) => paintMark(ctx, mark, spots[index], mark.key === this.hovered));
  }

  #paintOutline(ctx, spots) {
    ctx.beginPath();
    spots.forEach((spot, index) => (index ? ctx.lineTo(...spot) : ctx.moveTo(...spot)));
    if (spots.length >= (this.outline === "round" ? 5 : 4)) ctx.closePath();
    ctx.fillStyle = "rgba(99, 230, 190, 0.18)";
    if (spots.length > 2) ctx.fill();
    for (const [width, colour] of [[4, "rgba(0,0,0,.55)"], [2, GREEN]]) {
      ctx.lineWidth = width;
      ctx.strokeStyle = colour;
      ctx.stroke();
    }
  }

  // Write names beside marks where there is room; the chosen one's always.
  #paintLabels(ctx, order) {
    ctx.font = "600 12px system-ui, sans-serif";
    ctx.textBaseline = "middle";
    const taken = order.map((mark) => this.#toScreen([mark.x, mark.y])).map(([left, top]) => [left - 9, top - 9, left + 9, top + 9]);
    for (const mark of [...order].reverse()) {
      const isWanted = mark.chosen || mark.key === this.hovered;
      if (mark.kind === "suggested" && !isWanted) continue;
      const [left, top] = this.#toScreen([mark.x, mark.y]);
      const wide = ctx.measureText(mark.label).width + 12;
      const places = [[left + 15, top - 10], [left - 15 - wide, top - 10], [left - wide / 2, top - 36], [left - wide / 2, top + 16]];
      const box = places.map(([x, y]) => [x, y, x + wide, y + 20]).find((one) => one[0] > 2 && one[2] < this.width - 2 && !taken.some((other) => overlap(one, other)));
      const last = box ?? (isWanted ? [places[0][0], places[0][1], places[0][0] + wide, places[0][1] + 20] : null);
      if (!last) continue;
      taken.push(last);
      ctx.fillStyle = "rgba(15, 18, 20, 0.78)";
      ctx.beginPath();
      ctx.roundRect(last[0], last[1], wide, 20, 6);
      ctx.fill();
      ctx.fillStyle = COLOURS[mark.side];
      ctx.fillText(mark.label, last[0] + 6, last[1] + 10.5);
    }
  }

  #paintLoupe() {
    const { aiming, loupe } = this;
    loupe.hidden = !aiming;
    if (!aiming) return;
    const at = this.#toScreen(aiming.place);
    const spot = this.#loupeSpot(at, aiming.hand);
    loupe.style.transform = `translate(${Math.round(spot[0])}px, ${Math.round(spot[1])}px)`;
    loupe.width = loupe.height = Math.round(LOUPE * this.ratio);
    const ctx = loupe.getContext("2d");
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    const scale = Math.max(Math.min(Math.max(this.view.scale * 3, 2), 14), this.view.scale);
    ctx.fillStyle = "#202427";
    ctx.fillRect(0, 0, LOUPE, LOUPE);
    ctx.imageSmoothingEnabled = scale < 6;
    ctx.drawImage(this.bitmap, LOUPE / 2 - aiming.place[0] * scale, LOUPE / 2 - aiming.place[1] * scale, this.bitmap.width * scale, this.bitmap.height * scale);
    paintCross(ctx, [LOUPE / 2, LOUPE / 2], COLOURS[aiming.side]);
  }

  // A finger is not to hide the magnifier, nor the magnifier the place.
  #loupeSpot(at, hand) {
    if (hand === "touch" || hand === "pen") {
      const left = Math.min(Math.max(at[0] - LOUPE / 2, 8), this.width - LOUPE - 8);
      const above = at[1] - LOUPE - 56;
      return above > 4 ? [left, above] : [at[0] > this.width / 2 ? Math.max(at[0] - LOUPE - 60, 8) : Math.min(at[0] + 60, this.width - LOUPE - 8), 8];
    }
    const isRight = at[0] < this.width / 2;
    return [isRight ? Math.max(this.width - LOUPE - 14, at[0] + 40) : 14, 14];
  }
}
