import { need } from "./page/dom";
import { readRoomData } from "./page/room_data";
import { RoomPage } from "./page/room_page";
import { installTrust } from "./page/trust";

installTrust();
const data = readRoomData();
// The site that shows the frame hands its visitor's token over in the fragment, which no server
// sees and no log keeps.
const token = new URLSearchParams(location.hash.slice(1)).get("token");
const page = new RoomPage({ ...data, token });

need("#composer", HTMLElement).hidden = token === null && data.you === null;
page.start({
  changed: () => {},
  stateChanged: () => {},
  connection: (state) => {
    document.body.dataset.connection = state;
  },
  viewers: () => {},
  likes: () => {},
  shieldChanged: () => {},
  kept: () => {},
  powersChanged: () => {},
  noticed: () => {},
});
