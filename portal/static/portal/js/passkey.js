// Passkeys. A form with data-passkey="get" or "create" shows itself when the browser can, and is sent with what the device answers.
// No words in here: every text a person reads comes from the page.
"use strict";

(() => {
  const can = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

  const asked = {
    get: (options) => navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }),
    create: (options) => navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }),
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!can) continue;
    form.hidden = false;
    const options = JSON.parse(form.dataset.options);
    const failed = form.querySelector("[data-passkey-failed]");
    form.querySelector("button[name=start]").addEventListener("click", async () => {
      failed.hidden = true;
      try {
        const credential = await asked[form.dataset.passkey](options.publicKey);
        form.elements.credential.value = JSON.stringify(credential);
        form.requestSubmit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
