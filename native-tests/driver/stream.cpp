// Streams and events. All work is done when it is given, so that streams are only names.
#include "state.h"

using namespace driver;

namespace {

Driver& d = Driver::instance();

constexpr unsigned EVENT_DISABLE_TIMING = 2;

Result stream(void* handle) {
  return d.inContext([&](Context&) { return d.knows(handle) ? SUCCESS : INVALID_HANDLE; });
}

Result event(void* handle, const std::function<Result(Event&)>& body) {
  return d.inContext([&](Context&) {
    auto* e = static_cast<Event*>(handle);
    return d.events.count(e) == 0 ? INVALID_HANDLE : body(*e);
  });
}

}  // namespace

CUDA_API int cuStreamCreate(void** result, unsigned) {
  return d.inContext([&](Context& context) {
    auto made = std::make_unique<Stream>(Stream{&context});
    *result = made.get();
    d.streams[made.get()] = std::move(made);
    return SUCCESS;
  });
}

CUDA_API int cuStreamCreateWithPriority(void** result, unsigned flags, int) {
  return cuStreamCreate(result, flags);
}

CUDA_API int cuStreamDestroy_v2(void* handle) {
  return d.inContext([&](Context&) { return d.streams.erase(static_cast<Stream*>(handle)) == 0 ? INVALID_HANDLE : SUCCESS; });
}

CUDA_API int cuStreamSynchronize(void* handle) {
  return stream(handle);
}

CUDA_API int cuStreamQuery(void* handle) {
  return stream(handle);
}

CUDA_API int cuStreamWaitEvent(void* handle, void* waited, unsigned) {
  return event(waited, [&](Event&) { return d.knows(handle) ? SUCCESS : INVALID_HANDLE; });
}

CUDA_API int cuEventCreate(void** result, unsigned flags) {
  return d.inContext([&](Context& context) {
    auto made = std::make_unique<Event>();
    made->owner = &context;
    made->timed = (flags & EVENT_DISABLE_TIMING) == 0;
    *result = made.get();
    d.events[made.get()] = std::move(made);
    return SUCCESS;
  });
}

CUDA_API int cuEventDestroy_v2(void* handle) {
  return d.inContext([&](Context&) { return d.events.erase(static_cast<Event*>(handle)) == 0 ? INVALID_HANDLE : SUCCESS; });
}

CUDA_API int cuEventRecord(void* handle, void* on) {
  return event(handle, [&](Event& e) {
    if (!d.knows(on)) {
      return INVALID_HANDLE;
    }
    e.recorded = true;
    e.when = std::chrono::steady_clock::now();
    return SUCCESS;
  });
}

CUDA_API int cuEventSynchronize(void* handle) {
  return event(handle, [](Event&) { return SUCCESS; });
}

CUDA_API int cuEventQuery(void* handle) {
  return event(handle, [](Event&) { return SUCCESS; });
}

CUDA_API int cuEventElapsedTime(float* milliseconds, void* start, void* end) {
  return event(start, [&](Event& from) {
    auto* e = static_cast<Event*>(end);
    if (d.events.count(e) == 0 || !from.recorded || !e->recorded || !from.timed || !e->timed) {
      return INVALID_HANDLE;
    }
    *milliseconds = std::chrono::duration<float, std::milli>(e->when - from.when).count();
    return SUCCESS;
  });
}

CUDA_API int cuEventElapsedTime_v2(float* milliseconds, void* start, void* end) {
  return cuEventElapsedTime(milliseconds, start, end);
}
