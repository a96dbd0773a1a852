// early.ts - runs before the first paint, so that nobody sees a flash of the other theme.
import { applyTheme } from './app/theme';

applyTheme();
