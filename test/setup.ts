import { nodePlatform } from '../server/node/platform';
import { installPlatform } from '../server/platform';

// What the server's entries do.
installPlatform(nodePlatform);
