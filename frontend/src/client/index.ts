/** What `danmaku-client` gives away; the pages of the server are made of the same. */

export type { ConnectionState, Socket, Surroundings } from "./connection";
export type { Heard } from "./echoes";
export type * from "./messages";
export { forArtplayer } from "./players/artplayer";
export { forDanmaku } from "./players/danmaku";
export { forDanmuJs } from "./players/danmujs";
export { forDPlayer } from "./players/dplayer";
export { follow } from "./players/follow";
export { forNPlayer } from "./players/nplayer";
export { Room, type RoomEvents, type RoomOptions } from "./room";
