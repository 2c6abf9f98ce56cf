// Small comforts on top of pages that work without them. No words in here: every text a person reads comes from the page.
"use strict";

(() => {
  const narrow = window.matchMedia("(max-width: 47.99rem)");

  // The menu folds away behind its button where there is little room.
  for (const toggle of document.querySelectorAll("[data-menu-toggle]")) {
    const menu = document.getElementById(toggle.getAttribute("aria-controls"));
    const show = (open) => {
      toggle.setAttribute("aria-expanded", String(open));
      menu.hidden = !open;
    };
    const fit = () => {
      toggle.hidden = !narrow.matches;
      show(!narrow.matches);
    };
    toggle.addEventListener("click", () => show(menu.hidden));
    narrow.addEventListener("change", fit);
    fit();
  }

  // A step that matters asks first. The form is sent only by the button in the dialog.
  const dialog = document.getElementById("confirm");
  const agreed = new WeakSet();
  const askFirst = (event) => {
    const form = event.target;
    if (!dialog || !form.dataset.confirm || agreed.has(form)) return false;
    event.preventDefault();
    dialog.querySelector("[data-confirm-text]").textContent = form.dataset.confirm;
    dialog.returnValue = "";
    dialog.onclose = () => {
      if (dialog.returnValue !== "yes") return;
      agreed.add(form);
      form.requestSubmit(event.submitter);
    };
    dialog.showModal();
    return true;
  };

  // Pressing twice must not send twice. Disabled a moment later, so that the pressed button's own value still goes along.
  const guard = (form) => {
    const buttons = form.querySelectorAll("button:not([type=button])");
    window.setTimeout(() => {
      for (const button of buttons) {
        button.disabled = true;
        button.dataset.sent = "";
      }
    });
  };

  document.addEventListener("submit", (event) => {
    if (askFirst(event) || event.defaultPrevented || event.target.method !== "post") return;
    guard(event.target);
  });

  // Coming back by the browser's button finds the form usable again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("[data-sent]").forEach((button) => (button.disabled = false));
  });

  // How long emergency access still lasts; without script the page says until when.
  const left = () => {
    for (const clock of document.querySelectorAll("[data-until]")) {
      const seconds = Math.max(0, Math.floor((new Date(clock.dataset.until) - Date.now()) / 1000));
      clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    }
  };
  if (document.querySelector("[data-until]")) {
    left();
    window.setInterval(left, 1000);
  }

  // A queue is walked without a mouse: j and k from row to row, x chooses the row, Enter follows its link.
  const keyed = document.querySelector("[data-keys]");
  if (keyed) {
    const rows = [...keyed.querySelectorAll("[data-key-row]")];
    const step = (by) => {
      const at = rows.indexOf(document.activeElement);
      rows[Math.min(Math.max(at + by, 0), rows.length - 1)]?.focus();
    };
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog")) return;
      if (event.key === "j") step(1);
      else if (event.key === "k") step(-1);
      else if (event.key === "x") document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click();
    });
  }

  // The list below a field follows what is typed there. Without script it has the first of the catalogue.
  let asked;
  const tell = (field) => {
    const chosen = [...field.list.options].find((option) => option.value === field.value);
    document.getElementById(`${field.id}_name`).textContent = chosen?.textContent ?? "";
  };
  document.addEventListener("input", (event) => {
    const field = event.target.closest("[data-look-up]");
    if (!field) return;
    tell(field);
    window.clearTimeout(asked);
    asked = window.setTimeout(async () => {
      const found = await fetch(`${field.dataset.lookUp}?q=${encodeURIComponent(field.value)}`);
      if (!found.ok) return;
      const page = new DOMParser().parseFromString(await found.text(), "text/html");
      field.list.replaceChildren(...page.querySelectorAll("option"));
      tell(field);
    }, 250);
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.dataset.copy);
    button.nextElementSibling.hidden = false;
  });
  const reveal = () => {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
  };
  reveal();
  document.addEventListener("htmx:afterSwap", reveal);
})();
