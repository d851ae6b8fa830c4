import { Link } from "@tanstack/react-router";
import { geoGraticule10, geoNaturalEarth1, geoPath, type GeoPath, type GeoProjection } from "d3-geo";
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { feature } from "topojson-client";
import land from "world-atlas/land-110m.json";
import type { WarehouseAnswer } from "../../../src/contracts/catalog.ts";
import type { OrderRow } from "../api/order-row.ts";
import { count } from "../ui/numbers.ts";

/** An order is drawn this long after it was placed, and moves during the first of it. */
const ARC_MS = 3 * 60_000;
const FRESH_MS = 8_000;
const MOST_ARCS = 60;
const NAMED = 3;
/** What is shown lies between these latitudes: nobody orders from the ice. */
const NORTH = 74;
const SOUTH = -47;

const continents = feature(land, land.objects["land"] ?? { type: "GeometryCollection", geometries: [] });

interface Place {
  warehouse: WarehouseAnswer;
  x: number;
  y: number;
  flow: number;
}

/**
 * Warehouses, as large as what they ship now, and the way of each recent order to its destination. A mark is a link
 * that narrows the screen to its warehouse.
 */
export function WorldMap(props: {
  warehouses: readonly WarehouseAnswer[];
  orders: readonly OrderRow[];
  flow: ReadonlyMap<string, number>;
  selected: string | undefined;
  now: number;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const width = useWidth(holder);
  const drawn = useMemo(() => (width === 0 ? null : drawLand(width)), [width]);
  const [pointed, setPointed] = useState<string | null>(null);

  return (
    <div ref={holder} className="relative w-full overflow-hidden">
      {drawn !== null && (
        <svg
          width={drawn.width}
          height={drawn.height}
          viewBox={`0 0 ${drawn.width} ${drawn.height}`}
          className="block"
          role="group"
          aria-label="Warehouses, the busiest first, and the orders of the last three minutes; arrow keys move from one warehouse to the next"
        >
          <path d={drawn.graticule} fill="none" stroke="var(--line)" strokeWidth="0.5" />
          <path d={drawn.land} fill="var(--land)" stroke="var(--land-line)" strokeWidth="0.6" />
          <Arcs
            orders={props.orders}
            warehouses={props.warehouses}
            path={drawn.path}
            projection={drawn.projection}
            now={props.now}
            selected={props.selected}
          />
          <Marks
            places={placesOf(props.warehouses, props.flow, drawn.projection)}
            width={drawn.width}
            selected={props.selected}
            pointed={pointed}
            onPoint={setPointed}
          />
        </svg>
      )}
    </div>
  );
}

function drawLand(width: number) {
  const projection = geoNaturalEarth1().fitWidth(width, { type: "Sphere" });
  const [, top] = projection([0, NORTH]) ?? [0, 0];
  const [, bottom] = projection([0, SOUTH]) ?? [0, width / 2];
  const [shiftX, shiftY] = projection.translate();
  projection.translate([shiftX, shiftY - top]);
  const path = geoPath(projection).digits(1);
  return {
    width,
    height: Math.round(bottom - top),
    projection,
    path,
    graticule: path(geoGraticule10()) ?? "",
    land: path(continents) ?? "",
  };
}

function placesOf(
  warehouses: readonly WarehouseAnswer[],
  flow: ReadonlyMap<string, number>,
  projection: GeoProjection,
): Place[] {
  const places = warehouses.flatMap((warehouse): Place[] => {
    const point = projection([warehouse.location.longitude, warehouse.location.latitude]);
    if (point === null) return [];
    return [{ warehouse, x: point[0], y: point[1], flow: flow.get(warehouse.warehouseId) ?? 0 }];
  });
  // The busiest last, on top of their neighbors.
  return places.sort((a, b) => a.flow - b.flow);
}

function Arcs(props: {
  orders: readonly OrderRow[];
  warehouses: readonly WarehouseAnswer[];
  path: GeoPath;
  projection: GeoProjection;
  now: number;
  selected: string | undefined;
}) {
  const { path, projection, now, selected } = props;
  const places = useMemo(
    () => new Map(props.warehouses.map((warehouse) => [warehouse.warehouseId, warehouse.location])),
    [props.warehouses],
  );
  const recent = props.orders
    .filter((order) => now - order.placedAt < ARC_MS && order.destination !== null)
    .slice(0, MOST_ARCS);
  return (
    <g fill="none" stroke="var(--arc)" aria-hidden="true">
      {recent.map((order) => {
        const to = order.destination;
        const end = to === null ? null : projection([to.longitude, to.latitude]);
        if (to === null || end === null) return null;
        const age = now - order.placedAt;
        const opacity = 0.7 * (1 - age / ARC_MS) ** 2 + 0.08;
        return (
          <g
            key={order.orderId}
            opacity={selected === undefined || order.warehouses.includes(selected) ? opacity : 0.08}
          >
            {order.warehouses.map((id) => {
              const from = places.get(id);
              if (from === undefined) return null;
              const way = path({
                type: "LineString",
                coordinates: [
                  [from.longitude, from.latitude],
                  [to.longitude, to.latitude],
                ],
              });
              return (
                <path
                  key={id}
                  d={way ?? ""}
                  pathLength={1}
                  strokeWidth={1}
                  strokeLinecap="round"
                  strokeDasharray={age < FRESH_MS ? 1 : undefined}
                  className={age < FRESH_MS ? "animate-[travel_1.8s_ease-out]" : undefined}
                />
              );
            })}
            <circle cx={end[0]} cy={end[1]} r="1.8" fill="var(--arc)" stroke="none" />
            {age < FRESH_MS && (
              <circle cx={end[0]} cy={end[1]} r="2" className="animate-[ripple_2s_ease-out_1.4s_2_both]" />
            )}
          </g>
        );
      })}
    </g>
  );
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function Marks(props: {
  places: readonly Place[];
  width: number;
  selected: string | undefined;
  pointed: string | null;
  onPoint: (id: string | null) => void;
}) {
  const most = Math.max(1, ...props.places.map((place) => place.flow));
  const largest = Math.min(13, 5 + props.width / 90);
  const named = new Set(
    props.places
      .filter((place) => place.flow > 0)
      .slice(-NAMED)
      .map((place) => place.warehouse.warehouseId),
  );
  const shown = props.pointed ?? props.selected ?? null;
  // One stop for the Tab key, whatever the number of warehouses; the arrows go from one to the next.
  const busiestFirst = props.places.map((place) => place.warehouse.warehouseId).toReversed();
  const stop = shown ?? busiestFirst[0];
  const marks = useRef<SVGGElement>(null);
  const move = (event: KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = busiestFirst.indexOf(props.pointed ?? "");
    const next = busiestFirst[(at + step + busiestFirst.length) % busiestFirst.length];
    marks.current?.querySelector<SVGAElement>(`[data-warehouse="${CSS.escape(next ?? "")}"]`)?.focus();
  };
  return (
    <g ref={marks} onKeyDown={move}>
      {props.places.map((place) => {
        const { warehouse, flow, x, y } = place;
        const id = warehouse.warehouseId;
        const isSelected = id === props.selected;
        // Area, not radius, says how much.
        const radius = 3 + (largest - 3) * Math.sqrt(flow / most);
        return (
          <Link
            key={id}
            data-warehouse={id}
            tabIndex={id === stop ? 0 : -1}
            from="/"
            to="."
            search={(before) => ({ ...before, warehouse: isSelected ? undefined : id })}
            aria-label={`${warehouse.city}: ${count(flow)} orders in 15 minutes${warehouse.open ? "" : ", closed"}`}
            aria-current={isSelected ? "true" : undefined}
            className="group outline-none"
            onMouseEnter={() => props.onPoint(id)}
            onMouseLeave={() => props.onPoint(null)}
            onFocus={() => props.onPoint(id)}
            onBlur={() => props.onPoint(null)}
          >
            <circle cx={x} cy={y} r={Math.max(12, radius)} fill="transparent" />
            <circle
              cx={x}
              cy={y}
              r={radius}
              fill="var(--accent)"
              fillOpacity={isSelected ? 0.95 : flow > 0 ? 0.6 : 0.28}
              stroke={isSelected ? "var(--ink)" : "var(--accent)"}
              strokeWidth={isSelected ? 2 : 1.2}
              className="transition-all duration-500 group-focus-visible:stroke-[var(--ink)] group-focus-visible:stroke-3"
            />
          </Link>
        );
      })}
      <g className="pointer-events-none" aria-hidden="true">
        {props.places
          .filter(
            ({ warehouse }) => warehouse.warehouseId === shown || (shown === null && named.has(warehouse.warehouseId)),
          )
          .map((place) => (
            <Label
              key={place.warehouse.warehouseId}
              place={place}
              full={place.warehouse.warehouseId === shown}
              width={props.width}
            />
          ))}
      </g>
    </g>
  );
}

function Label({ place, full, width }: { place: Place; full: boolean; width: number }) {
  const text = full ? `${place.warehouse.city} · ${count(place.flow)} in 15 min` : place.warehouse.city;
  const onRight = place.x < width * 0.7;
  return (
    <text
      x={place.x + (onRight ? 14 : -14)}
      y={place.y + 4}
      textAnchor={onRight ? "start" : "end"}
      fill="var(--ink)"
      stroke="var(--sea)"
      strokeWidth="3.5"
      strokeLinejoin="round"
      paintOrder="stroke"
      fontSize="11"
      fontWeight={full ? 700 : 600}
    >
      {text}
    </text>
  );
}

function useWidth(holder: RefObject<HTMLDivElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(Math.round(element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [holder]);
  return width;
}
