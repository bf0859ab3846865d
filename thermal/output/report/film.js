// Turns the frames of each film: play, pause, and a slider. Frames lie in the page as JSON; nothing is fetched.
(() => {
  const store = document.getElementById("film-data");
  if (!store) return;
  for (const film of JSON.parse(store.textContent)) {
    const place = document.getElementById("film-" + film.key);
    const image = place && place.querySelector('image[data-raster="film-' + film.key + '"]');
    if (!image) continue;
    const slider = place.querySelector("input"), button = place.querySelector("button"), clock = place.querySelector("output");
    const last = film.frames.length - 1;
    let timer = null;
    const show = (number) => {
      image.setAttribute("href", film.frames[number]);
      slider.value = number;
      clock.textContent = film.times[number].toFixed(film.times[last] < 20 ? 1 : 0) + " s";
    };
    const stop = () => { clearInterval(timer); timer = null; button.textContent = "Play"; };
    const play = () => {
      if (Number(slider.value) === last) show(0);
      button.textContent = "Pause";
      timer = setInterval(() => { if (Number(slider.value) < last) show(Number(slider.value) + 1); else stop(); }, 160);
    };
    button.addEventListener("click", () => (timer ? stop() : play()));
    slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
    slider.max = last;
    place.querySelector(".controls").hidden = false;
    show(last);
  }
})();
