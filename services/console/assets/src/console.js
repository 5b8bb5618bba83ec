// What every page runs: htmx, live updates and keys.
import "htmx.org";
import "./live.js";
import "./keys.js";
import "./owner.js";
