/** HDF5 files. */
export { Hdf5Dataset, Hdf5Group, openHdf5 } from './reader.js';
export { type Hdf5Content, writeHdf5 } from './writer.js';
