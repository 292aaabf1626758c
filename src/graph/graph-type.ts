/** Element types that values have inside a graph only; to the rest of the package they are `DType`s that no tensor has. */
import { type DType, dtypeName, dtypeNumber, isDType, isFloating } from '../dtype.js';

/** Lists of tensors, and the complex numbers between a transform and its inverse, with libtensorflow's numbers. */
const INTERNAL: Readonly<Record<string, number>> = { complex64: 8, complex128: 18, variant: 21 };
const BY_NUMBER = new Map(Object.entries(INTERNAL).map(([name, number]) => [number, name as DType]));

/** The name of any of libtensorflow's numbers; a type that no op here takes is named by its number. */
export const typeName = (number: number): DType => dtypeName(number) ?? BY_NUMBER.get(number) ?? (`TF_DataType ${number}` as DType);

/** libtensorflow's number of an output's element type. */
export const typeNumber = (type: DType): number => INTERNAL[type] ?? dtypeNumber(type);

export const isComplex = (type: DType): boolean => type.startsWith('complex');

/** Whether values of this type have gradients. */
export const isDifferentiable = (type: DType): boolean => isComplex(type) || (isDType(type) && isFloating(type));

/** The complex type with parts of the given type. */
export const complexOf = (type: DType): DType => (type === 'float64' ? 'complex128' : 'complex64') as DType;

/** The type of a complex type's parts. */
export const realOf = (type: DType): DType => ((type as string) === 'complex128' ? 'float64' : 'float32');
