import { plain, type ClassTraits } from '../shared/traits';

export const traits: ClassTraits = { ...plain, isHost: true, sharesLanes: true, openvinoDevice: 'CPU' };
