import { distance } from "@turf/distance";

/** WGS 84, in degrees. */
export interface Coordinates {
  latitude: number;
  longitude: number;
}

/** Whether the coordinates lie on the globe. */
export function isOnGlobe({ latitude, longitude }: Coordinates): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

/** Great-circle distance in kilometres. */
export function distanceKm(from: Coordinates, to: Coordinates): number {
  return distance([from.longitude, from.latitude], [to.longitude, to.latitude], { units: "kilometers" });
}
