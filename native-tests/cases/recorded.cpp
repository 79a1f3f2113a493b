#include "recorded.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace cases {
namespace {

template <class T>
T get(const unsigned char* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

class Reader {
 public:
  explicit Reader(const std::string& path) : folder(path), text(path + "/case.txt") {
    std::ifstream in(folder + "/data.bin", std::ios::binary);
    data.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }

  Recorded read() {
    std::string line;
    while (std::getline(text, line)) {
      std::istringstream words(line);
      std::string what;
      words >> what;
      if (what == "name") {
        std::getline(words >> std::ws, result.name);
      } else if (what == "input" || what == "buffer") {
        buffer(words, what == "input");
      } else if (what == "launch") {
        KernelLaunch l;
        words >> l.file >> l.kernel >> l.groups >> l.items >> l.sharedBytes >> l.cluster;
        result.launches.push_back(l);
      } else if (what == "argument") {
        argument(words);
      } else if (what == "expected") {
        expected(words);
      } else {
        fail("'" + line + "'");
      }
      if (words.fail()) {
        fail("'" + line + "'");
      }
    }
    if (result.launches.empty() || result.expected.empty()) {
      fail("no launch or nothing expected");
    }
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(folder + ": " + what);
  }

  const unsigned char* at(uint64_t offset, uint64_t bytes) const {
    if (offset > data.size() || bytes > data.size() - offset) {
      fail("data.bin is too short");
    }
    return data.data() + offset;
  }

  void buffer(std::istringstream& words, bool given) {
    Buffer b;
    uint64_t offset = 0;
    words >> b.bytes;
    if (given) {
      words >> offset;
      const unsigned char* from = at(offset, b.bytes);
      b.content.assign(from, from + b.bytes);
    }
    result.buffers.push_back(b);
  }

  void argument(std::istringstream& words) {
    Argument a;
    std::string kind;
    words >> kind;
    if (kind == "pointer") {
      words >> a.buffer;
      if (a.buffer < 0 || a.buffer >= static_cast<int>(result.buffers.size())) {
        fail("no such buffer");
      }
    } else if (kind == "4" || kind == "8") {
      int64_t v = 0;
      words >> v;
      a.bytes.resize(kind == "4" ? 4 : 8);
      std::memcpy(a.bytes.data(), &v, a.bytes.size());
    } else {
      fail("an argument of kind " + kind);
    }
    result.launches.back().arguments.push_back(a);
  }

  void expected(std::istringstream& words) {
    Expected e;
    uint64_t count = 0, offset = 0;
    words >> e.buffer >> e.type >> count >> offset;
    const unsigned char* from = at(offset, 3 * sizeof(double) * count);
    e.lawful.resize(3 * count);
    std::memcpy(e.lawful.data(), from, 3 * sizeof(double) * count);
    result.expected.push_back(e);
  }

  const std::string folder;
  std::ifstream text;
  std::vector<unsigned char> data;
  Recorded result;
};

}  // namespace

Recorded read(const std::string& folder) {
  return Reader(folder).read();
}

std::string nameOf(const std::string& folder) {
  std::ifstream text(folder + "/case.txt");
  std::string what, name;
  text >> what;
  std::getline(text >> std::ws, name);
  return name;
}

std::vector<std::string> list(const std::string& folder) {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (std::filesystem::exists(entry.path() / "case.txt")) {
      all.push_back(entry.path().string());
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

double element(const std::string& type, const unsigned char* buffer, uint64_t index) {
  if (type == "f16") {
    return static_cast<double>(static_cast<float>(get<_Float16>(buffer + 2 * index)));
  }
  if (type == "bf16") {
    const uint32_t bits = static_cast<uint32_t>(get<uint16_t>(buffer + 2 * index)) << 16;
    return static_cast<double>(get<float>(reinterpret_cast<const unsigned char*>(&bits)));
  }
  if (type == "f32") {
    return static_cast<double>(get<float>(buffer + 4 * index));
  }
  if (type == "f64") {
    return get<double>(buffer + 8 * index);
  }
  if (type == "i8") {
    return get<int8_t>(buffer + index);
  }
  if (type == "i32") {
    return get<int32_t>(buffer + 4 * index);
  }
  if (type == "i64") {
    return static_cast<double>(get<int64_t>(buffer + 8 * index));
  }
  if (type == "u8" || type == "bool") {
    return buffer[index];
  }
  throw std::runtime_error("elements of type " + type);
}

}  // namespace cases
