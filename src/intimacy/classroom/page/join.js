// The class code stands behind the # and never leaves this page by itself.
if (location.hash.length > 1) document.getElementById("link").textContent = location.href;
