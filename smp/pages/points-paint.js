// How marks look on the photo, and the small geometry that goes with it.

export const GREEN = "#63e6be";
export const COLOURS = { left: "#ffb02e", right: "#5cc8ff", middle: "#ffffff", card: GREEN, coin: GREEN, avoid: "#ff8fa3" };

// Places round a rim, in the order in which they lie round it.
export function inTurn(spots) {
  const middle = [0, 1].map((axis) => spots.reduce((sum, spot) => sum + spot[axis], 0) / spots.length);
  const turn = ([left, top]) => Math.atan2(top - middle[1], left - middle[0]);
  return [...spots].sort((one, other) => turn(one) - turn(other));
}

export function rankOf(mark) {
  return (mark.kind === "placed" ? 1 : 0) + (mark.chosen ? 2 : 0);
}

export function overlap(one, other) {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}

export function paintMark(ctx, mark, [left, top], isHovered) {
  const radius = mark.kind === "suggested" ? (mark.chosen || isHovered ? 8 : 5) : mark.chosen ? 10 : isHovered ? 9 : 7;
  const colour = COLOURS[mark.side];
  ctx.setLineDash(mark.kind === "suggested" ? [2.6, 2.6] : []);
  for (const [width, stroke] of [[mark.chosen ? 5.5 : 4, "rgba(10,12,14,.6)"], [mark.chosen ? 2.8 : 2, colour]]) {
    ctx.beginPath();
    ctx.arc(left, top, radius, 0, 7);
    ctx.lineWidth = width;
    ctx.strokeStyle = stroke;
    ctx.stroke();
  }
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.arc(left, top, 1.8, 0, 7);
  ctx.fillStyle = colour;
  ctx.fill();
}

export function paintCross(ctx, [left, top], colour) {
  for (const [width, stroke] of [[3.5, "rgba(10,12,14,.6)"], [1.5, colour]]) {
    ctx.lineWidth = width;
    ctx.strokeStyle = stroke;
    ctx.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      ctx.moveTo(left + dx * 6, top + dy * 6);
      ctx.lineTo(left + dx * 24, top + dy * 24);
    }
    ctx.moveTo(left + 1.2, top);
    ctx.arc(left, top, 1.2, 0, 7);
    ctx.stroke();
  }
}
