/** The builds of libtensorflow that are known to work: TensorFlow's own wheels, which hold the C API and its headers. */

export const TENSORFLOW_VERSION = '2.21.0';

/** A wheel and what is taken out of it. */
export interface Release {
  /** The project on the Python package index. */
  readonly project: string;
  /** pip's name of the platform. */
  readonly tag: string;
  /** Bytes and SHA-256 of the wheel. */
  readonly size: number;
  readonly sha256: string;
  /** The libraries in the wheel with their bytes; the first is the one that is loaded. */
  readonly libraries: readonly { readonly name: string; readonly size: number }[];
}

/** By platform. Windows' wheel keeps the C API in a Python module that does not load without Python. */
export const RELEASES: Readonly<Record<string, Release>> = {
  'linux-x64': {
    project: 'tensorflow-cpu',
    tag: 'manylinux_2_27_x86_64',
    size: 273829956,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    libraries: [
      { name: 'libtensorflow_cc.so.2', size: 788086608 },
      { name: 'libtensorflow_framework.so.2', size: 65222328 },
    ],
  },
  'linux-arm64': {
    project: 'tensorflow',
    tag: 'manylinux_2_27_aarch64',
    size: 281828020,
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    libraries: [
      { name: 'libtensorflow_cc.so.2', size: 814885544 },
      { name: 'libtensorflow_framework.so.2', size: 68176664 },
    ],
  },
  'darwin-arm64': {
    project: 'tensorflow',
    tag: 'macosx_12_0_arm64',
    size: 223405849,
    sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
    libraries: [
      { name: 'libtensorflow_cc.2.dylib', size: 691352648 },
      { name: 'libtensorflow_framework.2.dylib', size: 49452976 },
    ],
  },
};

/** The headers of the C API, and those that they include. */
export const HEADER_FOLDERS = ['tensorflow/c/', 'tensorflow/core/platform/ctstring', 'tsl/platform/ctstring', 'xla/tsl/c/'] as const;
