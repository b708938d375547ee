/* Phase plane: nullclines, and fixed points with their stability, under a constant current. */

import { steadyCurrent, steadyState } from "./engine.js";
import { root, spaced } from "./numbers.js";

/* The gate drawn against V, and which gates are slow: those not much faster than it. Fast ones sit at their
   steady state at V; slow ones are tied to the drawn gate n by an equivalent potential w with n = n_inf(w)
   (Kepler, Abbott & Marder 1992). */
export function phaseGate(model, k) {
  const [low, high] = model.curveRange, grid = spaced(low, high, 121);
  const tops = model.tau.map((tau) => (tau ? Math.max(...grid.map((v) => tau(v, k))) : 0));
  const n = model.gateList.findIndex((g) => g.name === "n" && g.state >= 0);
  const gate = n < 0 ? tops.indexOf(Math.max(...tops)) : n;
  return { gate, slow: tops.map((top) => top > 0.3 * tops[gate]) };
}

export function nullclines(model, k, I, low, high, count = 121) {
  const { gate, slow } = phaseGate(model, k), y = new Float64Array(model.states.length);
  const flow = (x, w) => {
    y[0] = x;
    model.gateList.forEach((g, n) => { if (g.state > 0) y[g.state] = model.inf[n](slow[n] ? w : x); });
    return model.dv(y, I, k);
  };
  const v = spaced(low, high, count), a = low - 60, b = high + 60;
  const voltage = v.map((x) => (flow(x, a) * flow(x, b) <= 0
    ? model.inf[gate](root((w) => flow(x, w), a, b, 36)) : NaN));
  return { gate, v, voltage, recovery: v.map((x) => model.inf[gate](x)) };
}

/* Voltages at which the membrane can stay, and whether a small disturbance dies away. */
export function fixedPoints(model, k, I, low, high) {
  const net = (v) => I - steadyCurrent(model, k, v), grid = spaced(low, high, 401), values = grid.map(net);
  const turns = grid.flatMap((v, n) => (values[n - 1] * values[n] < 0 ? [root(net, grid[n - 1], v)] : []));
  return turns.map((v) => ({ v, stable: isStable(model, k, I, v) }));
}

function jacobian(model, k, I, v) {
  const y = steadyState(model, v), S = y.length, low = new Float64Array(S), high = new Float64Array(S);
  const J = Array.from({ length: S }, () => new Array(S).fill(0));
  for (let c = 0; c < S; c++) {
    const eps = c ? 1e-6 : 1e-5, u = Float64Array.from(y), w = Float64Array.from(y);
    u[c] += eps;
    w[c] -= eps;
    model.rhs(u, I, k, high);
    model.rhs(w, I, k, low);
    for (let r = 0; r < S; r++) J[r][c] = (high[r] - low[r]) / (2 * eps);
  }
  return J;
}

/* Are all eigenvalues of J left of the axis? Then (1 - J)^-1 (1 + J), squared often enough, dies away. */
function isStable(model, k, I, v) {
  const J = jacobian(model, k, I, v), S = J.length;
  const plusUnit = (sign) => (line, r) => line.map((x, c) => (r === c ? 1 : 0) + sign * x);
  // Solve (1 - J) M = (1 + J) by elimination with pivoting.
  const right = J.map(plusUnit(1)), W = J.map(plusUnit(-1)).map((line, r) => [...line, ...right[r]]);
  for (let c = 0; c < S; c++) {
    let best = c;
    for (let r = c + 1; r < S; r++) if (Math.abs(W[r][c]) > Math.abs(W[best][c])) best = r;
    [W[c], W[best]] = [W[best], W[c]];
    for (let r = 0; r < S; r++) {
      const x = W[r][c] / W[c][c];
      if (r !== c) for (let m = c; m < 2 * S; m++) W[r][m] -= x * W[c][m];
    }
  }
  let M = W.map((line, r) => line.slice(S).map((x) => x / line[r])), size = 0;
  for (let n = 0; n < 22; n++) {
    const P = M.map((line) => M[0].map((_, c) => line.reduce((sum, x, m) => sum + x * M[m][c], 0)));
    const top = Math.max(...P.flat().map(Math.abs));
    if (!(top > 1e-200)) return true;
    size = 2 * size + Math.log(top);
    M = P.map((line) => line.map((x) => x / top));
  }
  return size < 0;
}
