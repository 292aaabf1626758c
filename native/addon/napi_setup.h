// The single place that includes napi.h, so that its settings always come first.
#pragma once

#define NAPI_VERSION 8
#define NAPI_CPP_EXCEPTIONS
#define NODE_ADDON_API_DISABLE_DEPRECATED
// Finalizers run during garbage collection and free at once: they may not touch JavaScript.
#define NODE_ADDON_API_REQUIRE_BASIC_FINALIZERS
// An environment that is being torn down (a terminated worker) lets no exception be thrown.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#include <napi.h>
