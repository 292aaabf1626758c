# The fallback for machines without CMake: `node-gyp rebuild -C native`, with TENSORFLOW_INCLUDE in the environment. It
# builds the same files as CMakeLists.txt, with the same flags, to the same place. (In the package's root it would be run by
# npm on every install.)
{
  "targets": [
    {
      "target_name": "fedkeras",
      "product_dir": "<(module_root_dir)/../build/Release",
      "sources": ["<!@(node -p \"require('fs').readFileSync('sources.txt', 'utf8').trim().split(/\\s+/).join(' ')\")"],
      "cflags!": ["-fno-exceptions", "-fno-omit-frame-pointer"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "-std=c++20", "-O3", "-fno-trapping-math", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden", "-fvisibility-inlines-hidden",
        "-isystem", "<!(node -p process.env.TENSORFLOW_INCLUDE)",
        "-isystem", "<!(node -p \"require('path').resolve(require('node-addon-api').include_dir)\")"
      ],
      "conditions": [
        ["OS=='linux'", {
          "ldflags": ["-static-libstdc++", "-Wl,--exclude-libs,ALL", "-Wl,-z,nodelete", "-Wl,-z,now", "-Wl,-z,relro"],
          "libraries": ["-ldl", "-lpthread"]
        }],
        ["OS=='mac'", {
          "xcode_settings": {
            "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
            "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
            "GCC_TREAT_WARNINGS_AS_ERRORS": "YES",
            "OTHER_CPLUSPLUSFLAGS": [
              "-O3", "-Wall", "-Wextra", "-fvisibility=hidden",
              "-isystem", "<!(node -p process.env.TENSORFLOW_INCLUDE)",
              "-isystem", "<!(node -p \"require('path').resolve(require('node-addon-api').include_dir)\")"
            ]
          }
        }],
        ["OS=='win'", {
          "include_dirs": [
            "<!(node -p process.env.TENSORFLOW_INCLUDE)", "<!(node -p \"require('path').resolve(require('node-addon-api').include_dir)\")"
          ],
          "msvs_settings": {
            "VCCLCompilerTool": {
              "ExceptionHandling": 1,
              "WarnAsError": "true",
              "AdditionalOptions": ["/std:c++20", "/W4"]
            }
          }
        }]
      ]
    }
  ]
}
