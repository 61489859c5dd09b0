import { plain, type ClassTraits } from '../shared/traits';

export const traits: ClassTraits = { ...plain, batchInTurn: true, openvinoDevice: 'NPU' };
