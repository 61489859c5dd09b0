import grids from './grids.json';

/** Countries whose mean grid intensity of a year is known, by ISO 3166 code, and the world. */
export const gridCountries: readonly string[] = grids.grids.map(({ country }) => country);

/** Mean g CO2e per kWh of a country's electricity in 2023 (grids.json has the sources); null where it is not listed. */
export function gridIntensityOf(country: string): number | null {
  const code = country.trim().toUpperCase();
  return grids.grids.find((grid) => grid.country === code)?.gramsPerKilowattHour.value ?? null;
}

/** What a data centre takes for each joule of its machines, on average: PUE, Uptime Institute 2024. */
export const meanPue = grids.powerUsageEffectiveness.value;
