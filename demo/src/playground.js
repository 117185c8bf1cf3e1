// Lists what the element tells the page: never a level, a text or a look-up code.
const list = document.getElementById("events");
["hcp-ready", "hcp-rated", "hcp-already-rated", "hcp-error"].forEach((name) => {
  document.addEventListener(name, (event) => {
    const line = document.createElement("li");
    line.textContent = name + " " + JSON.stringify(event.detail);
    list.append(line);
  });
});
