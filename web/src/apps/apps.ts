// apps.ts - the apps that have screens of their own. The others do with what every case has.
import { Screens } from '../app/screens';
import { phoenix } from './phoenix/phoenix';
import { popug } from './popug/popug';

export const apps: Screens[] = [phoenix, popug];
