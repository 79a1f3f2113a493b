// Hopper's instructions (compute capability 9.0a) as functions: barriers in shared memory, the copy engine (TMA),
// clusters. Each has a twin for the emulator, which models it: native-tests/emulator/hopper_model.h says how. Sections
// are those of the PTX ISA 9.0.
//
// Shared memory is named by generic pointers; all of it is dynamic, as copies of a cluster land at the same place in
// each block.

// Code is generated for compute capability 9.0a only.
#if defined(ORTHANT_HOST) || defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define HOPPER 1
#else
#define HOPPER 0
#endif

// CUtensorMap: opaque, 64-byte aligned (CUDA driver API, "Tensor Map Object Management").
struct __align__(64) TensorMap {
  u64 words[16];
};
// The copy engine reads a map from the kernel's parameters themselves: it must not be copied to local memory.
#define TENSOR_MAP const __grid_constant__ TensorMap

#ifdef ORTHANT_HOST
extern "C" {
void emu_hopper_begin();
void emu_hopper_end();
void emu_mbarrier_init(u64* barrier, unsigned arrivals);
void emu_mbarrier_arrive(u64* barrier, unsigned rank);
void emu_mbarrier_arrive_expect(u64* barrier, unsigned bytes);
void emu_mbarrier_wait(u64* barrier, unsigned parity);
void emu_tma_load(void* to, const void* map, u64* barrier, const int* at, const u16* offsets, unsigned ranks);
void emu_tma_store(const void* map, const void* from, const int* at);
void emu_tma_commit();
void emu_tma_wait();
void emu_shared_written();
void emu_fence_async();
void emu_wgmma_fence();
void emu_wgmma(float* sums, unsigned n, u64 a, u64 b, unsigned flags);
void emu_wgmma_commit();
void emu_wgmma_wait(unsigned pending);
}
#endif

#if HOPPER
// The block's dynamic shared memory, aligned to 1024 bytes as the 128-byte swizzle asks (sections 5.5.6 and
// 9.7.15.5.1): a launch gives 1024 more.
DEVICE u8* dynamic_shared() {
#ifdef ORTHANT_HOST
  return (u8*)emu_dynamic_shared();
#else
  extern __shared__ __align__(1024) u8 hopperShared[];
  const u32 at = (u32)__cvta_generic_to_shared(hopperShared);
  return hopperShared + ((1024 - (at & 1023)) & 1023);
#endif
}

DEVICE u32 shared_address(const void* p) {
#ifdef ORTHANT_HOST
  // An address in the window of the block's shared memory, as descriptors hold.
  return (u32)((const u8*)p - (const u8*)emu_dynamic_shared());
#else
  return (u32)__cvta_generic_to_shared(p);
#endif
}

// ---- clusters (9.7.13.4 barrier.cluster, 10.11 %cluster_ctarank)
// --------------------------------------------------------------------------------

DEVICE u32 cluster_rank() {
#ifdef ORTHANT_HOST
  return emu_cluster_rank();
#else
  u32 rank;
  asm volatile("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
#endif
}

// All threads of all blocks of the cluster; what they wrote to shared memory is seen afterwards.
DEVICE void cluster_sync() {
#ifdef ORTHANT_HOST
  emu_cluster_barrier();
#else
  asm volatile("barrier.cluster.arrive.release;\n\tbarrier.cluster.wait.acquire;" ::: "memory");
#endif
}

// ---- barriers in shared memory (9.7.13.15 mbarrier)
// -------------------------------------------------------------------------------------------

// A phase ends when `arrivals` threads have arrived and all bytes that were announced have landed.
DEVICE void mbarrier_init(u64* barrier, u32 arrivals) {
#ifdef ORTHANT_HOST
  emu_mbarrier_init(barrier, arrivals);
#else
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(shared_address(barrier)), "r"(arrivals) : "memory");
#endif
}

// Initialised barriers are seen by the copy engine and the other blocks, once all have met at cluster_sync (9.7.13.4
// fence.mbarrier_init).
DEVICE void mbarrier_fence_init() {
#ifndef ORTHANT_HOST
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
#endif
}

// Arrives and announces bytes that will land in this block's shared memory, from whichever block's copies.
DEVICE void mbarrier_arrive_expect(u64* barrier, u32 bytes) {
#ifdef ORTHANT_HOST
  emu_mbarrier_arrive_expect(barrier, bytes);
#else
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes) : "memory");
#endif
}

// Arrives at the barrier at the same place in block `rank` of the cluster (9.7.9.22 mapa).
DEVICE void mbarrier_arrive_at(u64* barrier, u32 rank) {
#ifdef ORTHANT_HOST
  emu_mbarrier_arrive(barrier, rank);
#else
  asm volatile(
      "{\n\t.reg .b32 remote;\n\tmapa.shared::cluster.u32 remote, %0, %1;\n\tmbarrier.arrive.shared::cluster.b64 _, [remote];\n\t}" ::"r"(
          shared_address(barrier)),
      "r"(rank)
      : "memory");
#endif
}

// Waits for the end of a phase of that parity: phases are numbered from 0, and the one before the first counts as
// ended.
DEVICE void mbarrier_wait(u64* barrier, u32 parity) {
#ifdef ORTHANT_HOST
  emu_mbarrier_wait(barrier, parity);
#else
  asm volatile(
      "{\n\t.reg .pred ended;\n\tAGAIN_%=:\n\tmbarrier.try_wait.parity.shared::cta.b64 ended, [%0], %1;\n\t@ended bra ENDED_%=;\n\tbra AGAIN_%=;\n\t"
      "ENDED_%=:\n\t}" ::"r"(shared_address(barrier)),
      "r"(parity)
      : "memory");
#endif
}

// ---- the copy engine (9.7.9.25 cp.async.bulk.tensor)
// ------------------------------------------------------------------------------------------

DEVICE void prefetch_map(const TensorMap* map) {
#ifndef ORTHANT_HOST
  asm volatile("prefetch.tensormap [%0];" ::"l"((u64)map) : "memory");
#endif
}

// A box at (x, y, z) to `to`; its bytes, those outside the tensor being 0, count at the barrier.
DEVICE void tma_load(void* to, const TensorMap* map, u64* barrier, int x, int y, int z) {
#ifdef ORTHANT_HOST
  const int at[] = {x, y, z};
  emu_tma_load(to, map, barrier, at, nullptr, 0);
#else
  asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5}], [%2];" ::"r"(shared_address(to)),
      "l"((u64)map), "r"(shared_address(barrier)), "r"(x), "r"(y), "r"(z)
      : "memory");
#endif
}

// The same to the same place in each block of the cluster whose bit is set in `ranks`; the bytes count at each one's
// own barrier.
DEVICE void tma_load_multicast(void* to, const TensorMap* map, u64* barrier, int x, int y, int z, u32 ranks) {
#ifdef ORTHANT_HOST
  const int at[] = {x, y, z};
  emu_tma_load(to, map, barrier, at, nullptr, ranks);
#else
  asm volatile(
      "cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster [%0], [%1, {%3, %4, %5}], [%2], %6;" ::"r"(
          shared_address(to)),
      "l"((u64)map), "r"(shared_address(barrier)), "r"(x), "r"(y), "r"(z), "h"((u16)ranks)
      : "memory");
#endif
}

// Channels from `c` on of a run of pixels that begins at (x, y) of image n, each read (right, down) of its own place
// (5.5.4.2, im2col mode).
DEVICE void tma_load_im2col(void* to, const TensorMap* map, u64* barrier, int c, int x, int y, int n, int right, int down) {
#ifdef ORTHANT_HOST
  const int at[] = {c, x, y, n};
  const u16 offsets[] = {(u16)right, (u16)down};
  emu_tma_load(to, map, barrier, at, offsets, 0);
#else
  asm volatile(
      "cp.async.bulk.tensor.4d.shared::cluster.global.im2col.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5, %6}], [%2], {%7, %8};" ::"r"(
          shared_address(to)),
      "l"((u64)map), "r"(shared_address(barrier)), "r"(c), "r"(x), "r"(y), "r"(n), "h"((u16)right), "h"((u16)down)
      : "memory");
#endif
}

// Writes a box of shared memory at (x, y, z), but for what is outside the tensor; part of the group that is committed
// next.
DEVICE void tma_store(const TensorMap* map, const void* from, int x, int y, int z) {
#ifdef ORTHANT_HOST
  const int at[] = {x, y, z};
  emu_tma_store(map, from, at);
#else
  asm volatile("cp.async.bulk.tensor.3d.global.shared::cta.tile.bulk_group [%0, {%2, %3, %4}], [%1];" ::"l"((u64)map), "r"(shared_address(from)),
      "r"(x), "r"(y), "r"(z)
      : "memory");
#endif
}

DEVICE void tma_commit() {
#ifdef ORTHANT_HOST
  emu_tma_commit();
#else
  asm volatile("cp.async.bulk.commit_group;" ::: "memory");
#endif
}

// Waits until this thread's stores have read shared memory, which may then be overwritten.
DEVICE void tma_wait_read() {
#ifdef ORTHANT_HOST
  emu_tma_wait();
#else
  asm volatile("cp.async.bulk.wait_group.read 0;" ::: "memory");
#endif
}

// Waits until this thread's stores have been done.
DEVICE void tma_wait_written() {
#ifdef ORTHANT_HOST
  emu_tma_wait();
#else
  asm volatile("cp.async.bulk.wait_group 0;" ::: "memory");
#endif
}

// What this thread wrote to shared memory is seen by the copy engine, once the thread that starts it has met this one
// (9.7.13.4 fence.proxy.async).
DEVICE void fence_async() {
#ifdef ORTHANT_HOST
  emu_fence_async();
#else
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
#endif
}

// A write to shared memory that the copy engine will read.
DEVICE void shared_store(u8* to, u32 v) {
  *(u32*)to = v;
#ifdef ORTHANT_HOST
  emu_shared_written();
#endif
}
DEVICE void shared_store(u8* to, u16 v) {
  *(u16*)to = v;
#ifdef ORTHANT_HOST
  emu_shared_written();
#endif
}

// ---- threads
// --------------------------------------------------------------------------------------------------------------

// A barrier among `threads` threads of the block; number 0 is __syncthreads' (9.7.13.1 bar.sync).
DEVICE void named_barrier(int number, int threads) {
#ifdef ORTHANT_HOST
  emu_named_barrier(number, threads);
#else
  asm volatile("bar.sync %0, %1;" ::"r"(number), "r"(threads) : "memory");
#endif
}

// Gives registers back, or takes them, for all of a warpgroup; a multiple of 8 (9.7.20.5 setmaxnreg).
#ifdef ORTHANT_HOST
#define GIVE_REGISTERS(keep)
#define TAKE_REGISTERS(want)
#else
#define GIVE_REGISTERS(keep) asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(keep))
#define TAKE_REGISTERS(want) asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(want))
#endif

// The first and the last thing a thread does: no block leaves while another may still reach into it.
DEVICE void hopper_begin() {
#ifdef ORTHANT_HOST
  emu_hopper_begin();
#endif
}
DEVICE void hopper_end() {
  cluster_sync();
#ifdef ORTHANT_HOST
  emu_hopper_end();
#endif
}
#endif
