// What kernels/cuda/hopper.h and hopper_wgmma.h call on the host.
#include "hopper_model.h"

#define EMU_API extern "C" __attribute__((visibility("default")))

static emu::HopperModel& model() {
  return emu::HopperModel::instance();
}

EMU_API void emu_hopper_begin() {
  model().begin();
}
EMU_API void emu_hopper_end() {
  model().end();
}
EMU_API void emu_mbarrier_init(void* barrier, unsigned arrivals) {
  model().barrierInit(barrier, arrivals);
}
EMU_API void emu_mbarrier_arrive(void* barrier, unsigned rank) {
  model().arrive(barrier, rank);
}
EMU_API void emu_mbarrier_arrive_expect(void* barrier, unsigned bytes) {
  model().arriveExpect(barrier, bytes);
}
EMU_API void emu_mbarrier_wait(void* barrier, unsigned parity) {
  model().wait(barrier, parity);
}
EMU_API void emu_tma_load(void* to, const void* map, void* barrier, const int* at, const uint16_t* offsets, unsigned ranks) {
  model().load(to, map, barrier, at, offsets, ranks);
}
EMU_API void emu_tma_store(const void* map, const void* from, const int* at) {
  model().store(map, from, at);
}
EMU_API void emu_tma_commit() {
  model().commitStores();
}
EMU_API void emu_tma_wait() {
  model().waitStores();
}
EMU_API void emu_shared_written() {
  model().sharedWritten();
}
EMU_API void emu_fence_async() {
  model().fenceAsync();
}
EMU_API void emu_wgmma_fence() {
  model().productFence();
}
EMU_API void emu_wgmma(float* sums, unsigned n, uint64_t a, uint64_t b, unsigned flags) {
  model().product(sums, n, a, b, flags);
}
EMU_API void emu_wgmma_commit() {
  model().commitProducts();
}
EMU_API void emu_wgmma_wait(unsigned pending) {
  model().waitProducts(pending);
}
