#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "nvrtc.h"

extern char** environ;

namespace nvrtc {
namespace {

// The text without comments, directives and literals.
std::string bare(const std::string& text) {
  std::string out;
  bool lineStart = true;
  for (size_t i = 0; i < text.size(); i++) {
    if (text.compare(i, 2, "//") == 0) {
      while (i < text.size() && text[i] != '\n') {
        i++;
      }
      out += '\n';
      lineStart = true;
    } else if (text.compare(i, 2, "/*") == 0) {
      i = std::min(text.find("*/", i + 2), text.size() - 2) + 1;
    } else if (text[i] == '#' && lineStart) {
      // A directive goes on over lines that end in a backslash.
      while (i < text.size() && (text[i] != '\n' || text[i - 1] == '\\')) {
        i++;
      }
      out += '\n';
    } else if (text[i] == '"') {
      for (i++; i < text.size() && text[i] != '"'; i++) {
        i += text[i] == '\\';
      }
    } else {
      out += text[i];
      lineStart = text[i] == '\n' || (lineStart && std::isspace(static_cast<unsigned char>(text[i])) != 0);
    }
  }
  return out;
}

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> all;
  for (size_t i = 0; i < text.size();) {
    if (std::isspace(static_cast<unsigned char>(text[i])) != 0) {
      i++;
      continue;
    }
    size_t end = i;
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_')) {
      end++;
    }
    end = std::max(end, i + 1);
    all.push_back(text.substr(i, end - i));
    i = end;
  }
  return all;
}

// Behind the parentheses that begin at i, if any do.
size_t behindParentheses(const std::vector<std::string>& all, size_t i) {
  if (i >= all.size() || all[i] != "(") {
    return i;
  }
  int depth = 0;
  for (; i < all.size(); i++) {
    depth += all[i] == "(" ? 1 : all[i] == ")" ? -1 : 0;
    if (depth == 0) {
      return i + 1;
    }
  }
  return i;
}

// A file in memory that a child process can have as its standard input or output.
class MemoryFile {
 public:
  explicit MemoryFile(const std::string& content) : descriptor(memfd_create("orthant", MFD_CLOEXEC)) {
    size_t done = 0;
    while (done < content.size()) {
      const ssize_t n = write(descriptor, content.data() + done, content.size() - done);
      if (n <= 0) {
        break;
      }
      done += static_cast<size_t>(n);
    }
    lseek(descriptor, 0, SEEK_SET);
  }
  ~MemoryFile() {
    close(descriptor);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string content() const {
    std::string all(static_cast<size_t>(lseek(descriptor, 0, SEEK_END)), 0);
    const ssize_t n = pread(descriptor, all.data(), all.size(), 0);
    all.resize(n < 0 ? 0 : static_cast<size_t>(n));
    return all;
  }

  const int descriptor;
};

// kernels/dialect: named by the environment, or where the build says.
std::string headerFolder() {
  const char* given = std::getenv("ORTHANT_EMULATOR_INCLUDE");
  return given != nullptr && *given != 0 ? given : EMU_DIALECT_FOLDER;
}

bool runCompiler(const std::vector<std::string>& arguments, const MemoryFile& input, const MemoryFile& output) {
  std::vector<char*> argv;
  for (const std::string& a : arguments) {
    argv.push_back(const_cast<char*>(a.c_str()));
  }
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0);
  posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1);
  posix_spawn_file_actions_adddup2(&actions, output.descriptor, 2);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 1;
  return failed == 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::vector<std::string> kernelsOf(const std::string& text) {
  const std::vector<std::string> all = words(bare(text));
  std::vector<std::string> names;
  for (size_t i = 0; i < all.size(); i++) {
    if (all[i] != "KERNEL" && all[i] != "__global__") {
      continue;
    }
    size_t at = behindParentheses(all, i + 1);
    while (at < all.size() && all[at] != "void" && all[at] != ";" && all[at] != "{") {
      at = behindParentheses(all, at + 1);
    }
    if (at + 1 >= all.size() || all[at] != "void") {
      continue;
    }
    at++;
    while (at + 1 < all.size() && all[at] == "__launch_bounds__") {
      at = behindParentheses(all, at + 1);
    }
    if (at < all.size()) {
      names.push_back(all[at]);
      i = at;
    }
  }
  return names;
}

Compiled compile(const std::string& text, const std::vector<std::string>& flags) {
  Compiled result;
  std::string whole = text + "\n#line 1 \"entries\"\n";
  for (const std::string& name : kernelsOf(text)) {
    whole += "EMU_KERNEL(" + name + ")\n";
  }
  const char* base = std::getenv("TMPDIR");
  std::string folder = std::string(base == nullptr ? "/tmp" : base) + "/emulated-nvrtc-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) {
    result.log = "no temporary folder";
    return result;
  }
  const std::string object = folder + "/kernel.so";
  std::vector<std::string> arguments = {"g++", "-shared", "-fPIC", "-O1", "-std=c++17", "-ffp-contract=off", "-fvisibility=hidden",
      "-fno-gnu-unique", "-fno-strict-aliasing", "-fno-exceptions", "-fno-asynchronous-unwind-tables", "-nodefaultlibs", "-nostartfiles", "-pipe", "-Wno-psabi",
      "-I" + headerFolder(), "-include", headerFolder() + "/host.h"};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  for (const char* a : {"-x", "c++", "-", "-o"}) {
    arguments.emplace_back(a);
  }
  arguments.push_back(object);
  for (const char* a : {"-x", "none", "-lm", "-lgcc", "-Wl,-z,start-stop-visibility=hidden"}) {
    arguments.emplace_back(a);
  }
  const MemoryFile input(whole), output("");
  result.ok = runCompiler(arguments, input, output);
  result.log = output.content();
  std::ifstream in(object, std::ios::binary);
  result.image.assign((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  unlink(object.c_str());
  rmdir(folder.c_str());
  return result;
}

}  // namespace nvrtc
