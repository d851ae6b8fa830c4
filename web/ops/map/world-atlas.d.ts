/** The package ships data without types; the file is a TopoJSON topology by its own documentation. */
declare module "world-atlas/land-110m.json" {
  import type { Topology } from "topojson-specification";
  const topology: Topology;
  export default topology;
}
