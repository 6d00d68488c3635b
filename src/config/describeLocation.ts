import { postgresLocation, s3Location } from '../domain/locationText.js';
import type { ObjectsConfig, WarehouseConfig } from './storageConfig.js';

/** Where a warehouse or objects are, for people: a path, or a URL without any secret. */
export function describeLocation(config: WarehouseConfig | ObjectsConfig): string {
  switch (config.kind) {
    case 'duckdb':
      return config.path;
    case 'postgres':
      return postgresLocation(config);
    case 'file':
      return config.directory;
    case 's3':
      return s3Location(config);
  }
}
