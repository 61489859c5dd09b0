import { plain, type ClassTraits } from '../shared/traits';

export const traits: ClassTraits = { ...plain, weightsPersist: true };
