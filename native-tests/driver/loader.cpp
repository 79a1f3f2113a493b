#include "loader.h"

#include <dlfcn.h>
#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

namespace emu {
namespace {

constexpr uint16_t EM_OF_CUDA = 190;
constexpr uint32_t FATBIN_MAGIC = 0xBA55ED50;
// A kernel none of whose code refers to these runs without fibers.
const char* const MEETING[] = {"emu_barrier", "emu_named_barrier", "emu_cluster_barrier", "emu_exchange", "emu_yield"};

size_t sizeOf(const Elf64_Ehdr& header) {
  return header.e_shoff + static_cast<size_t>(header.e_shnum) * header.e_shentsize;
}

bool refersToMeeting(const unsigned char* image) {
  const auto& header = *reinterpret_cast<const Elf64_Ehdr*>(image);
  const auto* sections = reinterpret_cast<const Elf64_Shdr*>(image + header.e_shoff);
  for (unsigned s = 0; s < header.e_shnum; s++) {
    if (sections[s].sh_type != SHT_DYNSYM) {
      continue;
    }
    const auto* symbols = reinterpret_cast<const Elf64_Sym*>(image + sections[s].sh_offset);
    const char* names = reinterpret_cast<const char*>(image + sections[sections[s].sh_link].sh_offset);
    for (size_t i = 0; i < sections[s].sh_size / sizeof(Elf64_Sym); i++) {
      for (const char* name : MEETING) {
        if (std::strcmp(names + symbols[i].st_name, name) == 0) {
          return true;
        }
      }
    }
  }
  return false;
}

// Kernels find the emulator's functions only if the library with them is in the global scope, where the JVM does not
// put it.
void makeEmulatorGlobal() {
  Dl_info self;
  if (dladdr(reinterpret_cast<void*>(&recognise), &self) != 0) {
    dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
  }
}

// A private file with these bytes, in an owner-only folder that is gone with it.
class TemporaryFile {
 public:
  TemporaryFile(const void* bytes, size_t size) {
    const char* base = std::getenv("TMPDIR");
    std::string pattern = std::string(base == nullptr ? "/tmp" : base) + "/emulated-cuda-XXXXXX";
    std::vector<char> name(pattern.begin(), pattern.end());
    name.push_back(0);
    if (mkdtemp(name.data()) != nullptr) {
      folder = name.data();
      path = folder + "/kernel.so";
      std::ofstream out(path, std::ios::binary);
      out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
    }
  }
  ~TemporaryFile() {
    if (!folder.empty()) {
      unlink(path.c_str());
      rmdir(folder.c_str());
    }
  }
  std::string folder, path;
};

}  // namespace

Image recognise(const void* image) {
  uint32_t magic;
  std::memcpy(&magic, image, sizeof magic);
  if (magic == FATBIN_MAGIC || std::strncmp(static_cast<const char*>(image), ".version", 8) == 0
      || std::strncmp(static_cast<const char*>(image), "//", 2) == 0) {
    return Image::OTHER_GPU_CODE;
  }
  if (std::memcmp(image, ELFMAG, SELFMAG) != 0) {
    return Image::UNKNOWN;
  }
  const auto& header = *static_cast<const Elf64_Ehdr*>(image);
  return header.e_machine == EM_OF_CUDA ? Image::OTHER_GPU_CODE : header.e_type == ET_DYN ? Image::OURS : Image::UNKNOWN;
}

std::unique_ptr<Loaded> Loaded::fromMemory(const void* image, std::string& error) {
  makeEmulatorGlobal();
  const auto* bytes = static_cast<const unsigned char*>(image);
  const bool meets = refersToMeeting(bytes);
  TemporaryFile file(image, sizeOf(*reinterpret_cast<const Elf64_Ehdr*>(bytes)));
  void* handle = dlopen(file.path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    error = dlerror();
    return nullptr;
  }
  return std::unique_ptr<Loaded>(new Loaded(handle, meets));
}

std::unique_ptr<Loaded> Loaded::fromFile(const std::string& path, std::string& error) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (bytes.size() < sizeof(Elf64_Ehdr) || recognise(bytes.data()) != Image::OURS) {
    error = path + " is no kernel";
    return nullptr;
  }
  return fromMemory(bytes.data(), error);
}

Loaded::Loaded(void* handle_, bool meets) : handle(handle_), threadsMeet(meets) {}

Loaded::~Loaded() {
  dlclose(handle);
}

const Kernel* Loaded::kernel(const char* name) const {
  return static_cast<const Kernel*>(dlsym(handle, (std::string("emu_kernel_") + name).c_str()));
}

}  // namespace emu
