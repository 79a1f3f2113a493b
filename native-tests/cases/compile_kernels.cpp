// compile_kernels <folder with .cu> <folder for .so> [flags of the compiler …]: what is not there yet is compiled as
// the emulated NVRTC does it, on all cores. Names of kernels contain a hash of their text; of the headers, newer ones
// make everything anew.
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "../driver/nvrtc.h"

namespace fs = std::filesystem;

namespace {

struct Job {
  fs::path source, object;
};

fs::file_time_type newestHeader() {
  fs::file_time_type newest = fs::file_time_type::min();
  for (const auto& header : fs::directory_iterator(EMU_DIALECT_FOLDER)) {
    newest = std::max(newest, fs::last_write_time(header.path()));
  }
  return newest;
}

// Other flags than the last time: all that was made then is of no use.
void clearIfOther(const fs::path& folder, const std::vector<std::string>& flags) {
  std::string now, last;
  for (const std::string& f : flags) {
    now += f + " ";
  }
  std::getline(std::ifstream(folder / "flags"), last);
  if (now != last) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    std::ofstream(folder / "flags") << now;
  }
}

std::vector<Job> missing(const fs::path& from, const fs::path& to) {
  const fs::file_time_type headers = newestHeader();
  std::vector<Job> jobs;
  for (const auto& entry : fs::directory_iterator(from)) {
    if (entry.path().extension() != ".cu") {
      continue;
    }
    const fs::path object = to / entry.path().filename().replace_extension(".so");
    const bool hashed = entry.path().filename().string().find('-') != std::string::npos;
    if (!fs::exists(object) || fs::last_write_time(object) < headers || (!hashed && fs::last_write_time(object) < fs::last_write_time(entry.path()))) {
      jobs.push_back({entry.path(), object});
    }
  }
  return jobs;
}

bool compile(const Job& job, const std::vector<std::string>& flags) {
  std::ifstream in(job.source);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const nvrtc::Compiled made = nvrtc::compile(text, flags);
  if (!made.log.empty()) {
    std::fprintf(stderr, "%s:\n%s", job.source.c_str(), made.log.c_str());
  }
  if (!made.ok) {
    return false;
  }
  const fs::path part = job.object.string() + ".part";
  std::ofstream(part, std::ios::binary) << made.image;
  fs::rename(part, job.object);
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    std::fprintf(stderr, "compile_kernels <folder with .cu> <folder for .so> [flags]\n");
    return 2;
  }
  const fs::path to = arguments[2];
  fs::create_directories(to);
  const std::vector<std::string> flags(arguments + 3, arguments + count);
  clearIfOther(to, flags);
  const std::vector<Job> jobs = missing(arguments[1], to);
  std::atomic<size_t> next{0};
  std::atomic<bool> fine{true};
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < std::max(1u, std::thread::hardware_concurrency()); i++) {
    workers.emplace_back([&] {
      for (size_t j = next++; j < jobs.size() && fine; j = next++) {
        if (!compile(jobs[j], flags)) {
          fine = false;
        }
      }
    });
  }
  for (std::thread& w : workers) {
    w.join();
  }
  std::printf("%zu kernels compiled into %s\n", jobs.size(), to.c_str());
  return fine ? 0 : 1;
}
