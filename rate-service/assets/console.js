// What makes pages livelier: progress as it happens, and a question before what cannot be taken back. Without it, pages
// load themselves again, and forms are sent as they are.
"use strict";

const work = document.querySelector("[data-events]");
if (work) {
  const source = new EventSource(work.dataset.events);
  const again = () => {
    source.close();
    location.reload();
  };
  source.addEventListener("state", (event) => {
    if (JSON.parse(event.data).state !== work.dataset.state) {
      // The states before this page's are told again first; only a later one is news.
      if (work.dataset.heard) again();
    } else {
      work.dataset.heard = "yes";
    }
  });
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    const [done, all] = [now.accounts_done, now.accounts];
    if (all === undefined) return;
    const bar = work.querySelector("progress");
    bar.max = Math.max(all, 1);
    bar.value = done;
    work.querySelector("[data-progress]").textContent = `${done.toLocaleString("en-US")} / ${all.toLocaleString("en-US")}`;
  });
}

for (const button of document.querySelectorAll("[data-sure]")) {
  button.addEventListener("click", (event) => {
    if (!confirm(button.dataset.sure)) event.preventDefault();
  });
}
