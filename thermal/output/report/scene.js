// The hall as a scene to turn: racks coloured by their hottest inlet, slices as textures. Plain WebGL, nothing is fetched.
(function () {
  "use strict";
  var root = document.getElementById("scene");
  if (!root) return;
  var data = JSON.parse(document.getElementById("scene-data").textContent);
  var canvas = root.querySelector("canvas.view"), overlay = root.querySelector("canvas.names");
  var gl = canvas.getContext("webgl", {antialias: true, preserveDrawingBuffer: true});
  if (!gl) return;
  root.classList.add("ready");
  var room = data.room, low = data.low, high = data.high, centre = [room[0] / 2, room[1] / 2, room[2] * 0.35];
  var size = Math.hypot(room[0], room[1], room[2]);
  var start = {turn: -0.95, tilt: 0.58, distance: size, target: centre.slice()};
  var camera = Object.assign({}, start, {target: centre.slice()});
  var shown = {sheets: true};
  data.slices.forEach(function (s, n) { shown[s.key] = n === 0; });

  function shader(kind, text) {
    var s = gl.createShader(kind);
    gl.shaderSource(s, text); gl.compileShader(s);
    return s;
  }
  var program = gl.createProgram();
  gl.attachShader(program, shader(gl.VERTEX_SHADER,
    "attribute vec3 p; attribute vec4 c; attribute vec2 t; uniform mat4 m; varying vec4 vc; varying vec2 vt;" +
    "void main(){ vc = c; vt = t; gl_Position = m * vec4(p, 1.0); }"));
  gl.attachShader(program, shader(gl.FRAGMENT_SHADER,
    "precision mediump float; varying vec4 vc; varying vec2 vt; uniform sampler2D s; uniform float textured;" +
    "void main(){ vec4 k = textured > 0.5 ? texture2D(s, vt) * vc : vc; if (k.a < 0.03) discard; gl_FragColor = k; }"));
  gl.linkProgram(program); gl.useProgram(program);
  var at = {}, uniform = {};
  ["p", "c", "t"].forEach(function (n) { at[n] = gl.getAttribLocation(program, n); gl.enableVertexAttribArray(at[n]); });
  ["m", "s", "textured"].forEach(function (n) { uniform[n] = gl.getUniformLocation(program, n); });

  function rgb(hex) { return [1, 3, 5].map(function (n) { return parseInt(hex.substr(n, 2), 16) / 255; }); }
  function shaded(colour, axis) { var f = [0.82, 0.92, 1.0][axis]; return colour.map(function (v) { return v * f; }).concat(1); }
  // A face of a box: four corners in the order of texture coordinates (0,0) (1,0) (1,1) (0,1); v runs with the last axis.
  function face(low, high, axis, place, flip) {
    var a = axis === 0 ? 1 : 0, b = axis === 2 ? 1 : 2;
    return [[0, 0], [1, 0], [1, 1], [0, 1]].map(function (q) {
      var r = [0, 0, 0], u = flip ? 1 - q[0] : q[0];
      r[axis] = place; r[a] = u ? high[a] : low[a]; r[b] = q[1] ? high[b] : low[b];
      return r;
    });
  }
  function quad(list, corners, colour) {
    var uv = [[0, 0], [1, 0], [1, 1], [0, 1]];
    [0, 1, 2, 0, 2, 3].forEach(function (n) { list.push.apply(list, corners[n].concat(colour, uv[n])); });
  }
  function edge(list, a, b, colour) { list.push.apply(list, a.concat(colour, [0, 0], b, colour, [0, 0])); }
  function frame(list, low, high, colour) {
    for (var axis = 0; axis < 3; axis++) for (var n = 0; n < 4; n++) {
      var a = (axis + 1) % 3, b = (axis + 2) % 3, p = low.slice(), q = low.slice();
      q[axis] = high[axis]; p[a] = q[a] = n & 1 ? high[a] : low[a]; p[b] = q[b] = n & 2 ? high[b] : low[b];
      edge(list, p, q, colour);
    }
  }
  function buffer(list) {
    var b = {buffer: gl.createBuffer(), count: list.length / 9};
    gl.bindBuffer(gl.ARRAY_BUFFER, b.buffer);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array(list), gl.STATIC_DRAW);
    return b;
  }
  var rasters = new Map(Array.from(document.querySelectorAll("image[data-raster]")).map(function (i) { return [i.dataset.raster, i]; }));
  function texture(name, done) {
    var source = rasters.get(name);
    if (!source) return;
    var image = new Image();
    image.onload = function () {
      var t = gl.createTexture();
      gl.bindTexture(gl.TEXTURE_2D, t);
      gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, true);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
      [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T].forEach(function (w) { gl.texParameteri(gl.TEXTURE_2D, w, gl.CLAMP_TO_EDGE); });
      gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
      done(t); draw();
    };
    image.src = source.getAttribute("href");
  }

  var solid = [], lines = [], clear = [], fronts = [], slices = [];
  var grey = [0.62, 0.65, 0.68], ink = [0.25, 0.28, 0.31, 1];
  quad(solid, face(low, high, 2, low[2] - 0.002 * size), [0.72, 0.76, 0.79, 0.45]);
  frame(lines, low, high, [0.5, 0.53, 0.56, 1]);
  data.boxes.forEach(function (box) {
    var colour = box.colour ? rgb(box.colour) : grey;
    for (var axis = 0; axis < 3; axis++) for (var side = 0; side < 2; side++) {
      if (box.front && box.front.raster && axis === box.front.axis && (side ? 1 : -1) === box.front.sign) continue;
      quad(solid, face(box.low, box.high, axis, side ? box.high[axis] : box.low[axis]), shaded(colour, axis));
    }
    frame(lines, box.low, box.high, ink);
    if (box.front && box.front.raster) {
      var f = box.front, place = f.sign > 0 ? box.high[f.axis] : box.low[f.axis], list = [];
      quad(list, face(box.low, box.high, f.axis, place, f.flip), [1, 1, 1, 1]);
      var item = {buffer: buffer(list), texture: null};
      fronts.push(item);
      texture(f.raster, function (t) { item.texture = t; });
    }
  });
  data.faces.forEach(function (o) {
    quad(clear, face(o.low, o.high, o.axis, o.low[o.axis]), o.kind === "supply" ? [0.1, 0.5, 0.75, 0.55] : [0.85, 0.4, 0.1, 0.5]);
    frame(lines, o.low, o.high, o.kind === "supply" ? [0, 0.35, 0.6, 1] : [0.7, 0.28, 0, 1]);
  });
  var sheets = [];
  data.sheets.forEach(function (s) {
    var axis = [0, 1, 2].filter(function (n) { return s.low[n] === s.high[n]; })[0];
    if (axis === undefined) return;
    quad(sheets, face(s.low, s.high, axis, s.low[axis]), [0.45, 0.55, 0.62, s.open > 0 ? 0.2 : 0.38]);
    frame(lines, s.low, s.high, [0.35, 0.42, 0.48, 1]);
  });
  data.slices.forEach(function (s) {
    var list = [];
    quad(list, face(low, high, s.axis, s.position), [1, 1, 1, 0.86]);
    var item = {key: s.key, buffer: buffer(list), texture: null};
    slices.push(item);
    texture(s.key, function (t) { item.texture = t; });
  });
  solid = buffer(solid); lines = buffer(lines); clear = buffer(clear); sheets = buffer(sheets);

  function multiply(a, b) {
    var r = [];
    for (var c = 0; c < 4; c++) for (var w = 0; w < 4; w++)
      r.push(a[w] * b[4 * c] + a[4 + w] * b[4 * c + 1] + a[8 + w] * b[4 * c + 2] + a[12 + w] * b[4 * c + 3]);
    return r;
  }
  function axes() {
    var ct = Math.cos(camera.turn), st = Math.sin(camera.turn), ce = Math.cos(camera.tilt), se = Math.sin(camera.tilt);
    var back = [ce * ct, ce * st, se], right = [-st, ct, 0], up = [-se * ct, -se * st, ce];
    var eye = back.map(function (v, n) { return camera.target[n] + v * camera.distance; });
    return {back: back, right: right, up: up, eye: eye};
  }
  function dot(a, b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
  function matrix() {
    var k = axes(), aspect = canvas.clientWidth / canvas.clientHeight;
    var f = 1 / Math.tan(0.36) / Math.max(1, 1.35 / aspect), near = size * 0.02, far = size * 8;
    var view = [k.right[0], k.up[0], k.back[0], 0, k.right[1], k.up[1], k.back[1], 0, k.right[2], k.up[2], k.back[2], 0,
      -dot(k.right, k.eye), -dot(k.up, k.eye), -dot(k.back, k.eye), 1];
    var lens = [f / aspect, 0, 0, 0, 0, f, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, 2 * far * near / (near - far), 0];
    return multiply(lens, view);
  }
  function pass(b, kind, t) {
    if (!b.count) return;
    gl.uniform1f(uniform.textured, t ? 1 : 0);
    if (t) gl.bindTexture(gl.TEXTURE_2D, t);
    gl.bindBuffer(gl.ARRAY_BUFFER, b.buffer);
    gl.vertexAttribPointer(at.p, 3, gl.FLOAT, false, 36, 0);
    gl.vertexAttribPointer(at.c, 4, gl.FLOAT, false, 36, 12);
    gl.vertexAttribPointer(at.t, 2, gl.FLOAT, false, 36, 28);
    gl.drawArrays(kind, 0, b.count);
  }
  var asked = false, last = null;
  function draw() { if (!asked) { asked = true; requestAnimationFrame(paint); } }
  function paint() {
    asked = false;
    var ratio = Math.min(window.devicePixelRatio || 1, 2), w = canvas.clientWidth * ratio | 0, h = canvas.clientHeight * ratio | 0;
    if (canvas.width !== w || canvas.height !== h) { canvas.width = overlay.width = w; canvas.height = overlay.height = h; }
    gl.viewport(0, 0, w, h);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST); gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    last = matrix();
    gl.uniformMatrix4fv(uniform.m, false, new Float32Array(last));
    gl.enable(gl.POLYGON_OFFSET_FILL); gl.polygonOffset(1, 1);
    pass(solid, gl.TRIANGLES);
    fronts.forEach(function (f) { if (f.texture) pass(f.buffer, gl.TRIANGLES, f.texture); });
    gl.disable(gl.POLYGON_OFFSET_FILL);
    pass(lines, gl.LINES);
    slices.forEach(function (s) { if (shown[s.key] && s.texture) pass(s.buffer, gl.TRIANGLES, s.texture); });
    gl.depthMask(false);
    pass(clear, gl.TRIANGLES);
    if (shown.sheets) pass(sheets, gl.TRIANGLES);
    gl.depthMask(true);
    names(w, h, ratio);
  }
  function project(p, w, h) {
    var r = [0, 1, 3].map(function (n) { return last[n] * p[0] + last[4 + n] * p[1] + last[8 + n] * p[2] + last[12 + n]; });
    return r[2] > 0 ? [(r[0] / r[2] + 1) * w / 2, (1 - r[1] / r[2]) * h / 2] : null;
  }
  function names(w, h, ratio) {
    var pen = overlay.getContext("2d"), used = [];
    pen.clearRect(0, 0, w, h);
    pen.font = 600 + " " + 11 * ratio + "px system-ui, sans-serif";
    pen.textAlign = "center"; pen.lineWidth = 3 * ratio; pen.lineJoin = "round";
    pen.strokeStyle = "rgba(255,255,255,.9)"; pen.fillStyle = "#15191c";
    var eye = axes().eye, all = data.boxes.concat(data.faces), few = all.length <= 200;
    all.forEach(function (box) {
      var place = [0, 1, 2].map(function (n) { return n < 2 ? (box.low[n] + box.high[n]) / 2 : box.high[n]; });
      if (few && hit(eye, place.map(function (v, n) { return v - eye[n]; })).far < 0.995) return;
      var p = project(place, w, h);
      if (!p || used.some(function (q) { return Math.abs(q[0] - p[0]) < 24 * ratio && Math.abs(q[1] - p[1]) < 11 * ratio; })) return;
      used.push(p);
      pen.strokeText(box.name, p[0], p[1] - 3 * ratio); pen.fillText(box.name, p[0], p[1] - 3 * ratio);
    });
  }
  // The first box on a ray from the eye, and how many ray lengths away it is.
  function hit(eye, ray) {
    var best = {box: null, far: Infinity};
    data.boxes.forEach(function (box) {
      var from = -Infinity, to = Infinity;
      for (var n = 0; n < 3; n++) {
        var a = (box.low[n] - eye[n]) / ray[n], b = (box.high[n] - eye[n]) / ray[n];
        from = Math.max(from, Math.min(a, b)); to = Math.min(to, Math.max(a, b));
      }
      if (from <= to && to > 0 && from < best.far) best = {box: box, far: from};
    });
    return best;
  }
  function under(event) {
    var area = canvas.getBoundingClientRect(), k = axes(), aspect = canvas.width / canvas.height;
    var f = 1 / Math.tan(0.36) / Math.max(1, 1.35 / aspect);
    var x = ((event.clientX - area.left) / area.width * 2 - 1) * aspect / f, y = (1 - (event.clientY - area.top) / area.height * 2) / f;
    return hit(k.eye, [0, 1, 2].map(function (n) { return k.right[n] * x + k.up[n] * y - k.back[n]; })).box;
  }

  // The nearest place from which the whole room is seen.
  function fit() {
    for (camera.distance = size * 0.5; camera.distance < size * 4; camera.distance *= 1.04) {
      last = matrix();
      var inside = true;
      for (var n = 0; n < 8; n++) {
        var p = project([n & 1 ? high[0] : low[0], n & 2 ? high[1] : low[1], n & 4 ? high[2] : low[2]], 2, 2);
        if (!p || Math.abs(p[0] - 1) > 0.94 || Math.abs(p[1] - 1) > 0.93) inside = false;
      }
      if (inside) break;
    }
    draw();
  }

  var pointers = new Map(), gap = 0, tip = root.querySelector(".tip");
  function turn(dx, dy) {
    camera.turn -= dx * 0.008; camera.tilt = Math.min(1.5707, Math.max(-0.2, camera.tilt + dy * 0.008)); draw();
  }
  function zoom(factor) { camera.distance = Math.min(size * 4, Math.max(size * 0.15, camera.distance * factor)); draw(); }
  function pan(dx, dy) {
    var k = axes(), s = camera.distance * 0.0014;
    for (var n = 0; n < 3; n++) camera.target[n] += (-k.right[n] * dx + k.up[n] * dy) * s;
    draw();
  }
  canvas.addEventListener("pointerdown", function (e) { canvas.setPointerCapture(e.pointerId); pointers.set(e.pointerId, e); canvas.focus({preventScroll: true}); });
  canvas.addEventListener("pointermove", function (e) {
    var before = pointers.get(e.pointerId);
    if (!before) {
      var box = under(e);
      tip.textContent = box ? box.words : "";
      return;
    }
    var dx = e.clientX - before.clientX, dy = e.clientY - before.clientY;
    pointers.set(e.pointerId, e);
    if (pointers.size === 2) {
      var two = Array.from(pointers.values()), now = Math.hypot(two[0].clientX - two[1].clientX, two[0].clientY - two[1].clientY);
      if (gap) zoom(gap / now);
      gap = now;
    } else if (e.shiftKey || e.buttons & 6) pan(dx, dy); else turn(dx, dy);
  });
  ["pointerup", "pointercancel"].forEach(function (n) { canvas.addEventListener(n, function (e) { pointers.delete(e.pointerId); gap = 0; }); });
  canvas.addEventListener("contextmenu", function (e) { e.preventDefault(); });
  // The wheel scrolls the page until the scene has been clicked.
  canvas.addEventListener("wheel", function (e) { if (document.activeElement === canvas) { e.preventDefault(); zoom(Math.exp(e.deltaY * 0.001)); } }, {passive: false});
  canvas.addEventListener("keydown", function (e) {
    var steps = {ArrowLeft: [-14, 0], ArrowRight: [14, 0], ArrowUp: [0, 14], ArrowDown: [0, -14]};
    if (steps[e.key]) turn.apply(null, steps[e.key]);
    else if (e.key === "+" || e.key === "=") zoom(0.9);
    else if (e.key === "-") zoom(1.1);
    else return;
    e.preventDefault();
  });
  var views = {home: [start.turn, start.tilt], top: [-Math.PI / 2, 1.5707], south: [-Math.PI / 2, 0.12], west: [Math.PI, 0.12]};
  root.querySelectorAll("button[data-view]").forEach(function (button) {
    button.addEventListener("click", function () {
      var v = views[button.dataset.view];
      camera.turn = v[0]; camera.tilt = v[1]; camera.target = start.target.slice(); fit();
    });
  });
  root.querySelectorAll("input[data-show]").forEach(function (box) {
    box.checked = !!shown[box.dataset.show];
    box.addEventListener("change", function () { shown[box.dataset.show] = box.checked; draw(); });
  });
  window.addEventListener("resize", draw);
  fit();
})();
// Folded parts are printed too.
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details").forEach(function (d) { d.open = true; });
});
